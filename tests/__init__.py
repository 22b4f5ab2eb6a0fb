"""Tests mirror the packages they test; `services.py` brings the real servers, `stack.py` the whole running product."""
