"""The ground floor: record types, Arrow schemas, shards, manifests."""
