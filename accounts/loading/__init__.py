"""The loading pipeline: read → map → validate → match → write → report; what a row means is registered by each app."""
