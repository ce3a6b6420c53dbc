"""Results from elsewhere, and from several folders, brought before the verdict: tables, storages, sweeps together."""
