"""The demo centre: a believable centre with three closed months, made through the usual verbs."""

from center_app.flows.demo.seed import Demo, found

__all__ = ["Demo", "found"]
