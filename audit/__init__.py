"""The auditor's tools: they take nobody's word, the ledger's least."""

from audit.checkpoints import read_checkpoint, write_checkpoint
from audit.rebuild import rebuild
from audit.report import Report
from audit.verify import verify

__all__ = ["Report", "read_checkpoint", "rebuild", "verify", "write_checkpoint"]
