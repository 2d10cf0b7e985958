"""How the database got its shape: dated revisions, run by `keepcovered migrate`."""
