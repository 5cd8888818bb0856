"""The console: server-rendered pages, one file a noun. Each page `/x` has its JSON twin `/api/x`."""
