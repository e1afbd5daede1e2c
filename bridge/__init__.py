"""进度桥: from PingCode and Worktile to one delay report for the people who promised the dates."""

__version__ = "0.1.0"
