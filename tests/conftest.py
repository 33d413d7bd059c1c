"""Hypothesis profiles: "quick" for developers, "thorough" (many examples, the same ones every time) where CI=true.

HYPOTHESIS_PROFILE=quick or thorough chooses one by name.
"""

import os

from hypothesis import settings

settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=100, derandomize=True)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("thorough" if os.environ.get("CI") == "true" else "quick")
)
