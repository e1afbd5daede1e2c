"""Reading a source: page by page into the raw store, through the mapping, into tasks and their history."""
