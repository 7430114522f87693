#!/bin/sh
# Run by PostgreSQL's image once, in an empty data folder: two owners who do not see each other's databases.
# Passwords come from the environment and never stand in an argument, where the list of processes would show them.
set -eu
psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv engine ENGINE_PASSWORD
\getenv ledger LEDGER_PASSWORD
CREATE ROLE temporal LOGIN PASSWORD :'engine';
CREATE ROLE tandem LOGIN PASSWORD :'ledger';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE tandem OWNER tandem;
REVOKE CONNECT, TEMPORARY ON DATABASE temporal, temporal_visibility, tandem FROM PUBLIC;
SQL
