"""Text in, `Understanding` out: knows nothing of parcels or providers."""
