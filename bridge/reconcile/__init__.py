"""Is a milestone slipping, why, and what does it cost: values in, values out, no clock and no store."""
