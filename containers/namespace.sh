#!/bin/sh
# The namespace, with a retention from its first day: the engine fixes a run's own end when the run closes.
# TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION come from the environment.
set -eu
tries=60
until temporal operator cluster health >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "the engine does not answer at $TEMPORAL_ADDRESS" >&2; exit 1; }
    sleep 2
done
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    echo "the namespace $TEMPORAL_NAMESPACE is there"
else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
