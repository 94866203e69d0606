"""Policy: decisions as small frozen objects: who is let in, who goes first."""
