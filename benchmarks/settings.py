"""The settings of production, with static files collected outside the working copy."""

import os

from hospital.settings import *

STATIC_ROOT = os.environ["BENCH_STATIC_ROOT"]
