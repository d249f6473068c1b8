"""Whatever a program makes of the description, the service answers as described."""

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import unsupported_method

from service.api.app import create_app
from service.index.indexer import Indexer
from service.settings import Settings
from tests.api.conftest import ADMIN, TOKEN
from tests.encoders import HashingEncoder
from tests.knowledge import write_topics
