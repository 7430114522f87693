"""The hands of the workflows: recording and posting, and the ports they need of the world."""
