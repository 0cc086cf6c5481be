"""Plug-ins that misbehave, each in one way, and a few tame ones beside them."""
