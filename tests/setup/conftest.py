"""A desk as managers set it up: the whole small desk, at one frozen moment."""

from tests.desk.conftest import _now, sign_in, whole_desk

__all__ = ["_now", "sign_in", "whole_desk"]
