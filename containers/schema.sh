#!/bin/sh
# The engine's tables, brought up to the version of the tools at hand; doing it twice is once.
# SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD come from the environment, none as an argument.
set -eu
bring_up() { # database, which of the schemas that came with the tools
    temporal-sql-tool --database "$1" setup-schema --version 0.0
    temporal-sql-tool --database "$1" update-schema --schema-name "$2"
}
bring_up temporal postgresql/v12/temporal
bring_up temporal_visibility postgresql/v12/visibility
