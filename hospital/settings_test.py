"""Settings of the test run: a fast hasher and mail in memory, nothing that changes behaviour."""

import os

os.environ.setdefault("DEBUG", "yes")

from hospital.settings import *
from hospital.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Race tests fork, and a pool does not survive a fork.
DATABASES["default"]["OPTIONS"].pop("pool", None)
