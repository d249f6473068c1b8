"""What is in `deploy/`: pinned images, no more rights than needed, and settings that there are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.index.milvus.address import MilvusAddress
from service.settings import Settings

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
KUBERNETES = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))
OPEN = {"EXPERT_ANSWERS_TRUSTED_PROXIES"}
SETTINGS = {f"EXPERT_ANSWERS_{name.upper()}" for name in Settings.model_fields}


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every kind of pod in the Kubernetes manifest by name."""
    for part in KUBERNETES:
        spec = part.get("spec", {})
        if part["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            yield part["metadata"]["name"], spec["template"]["spec"]


PODS = dict(pods())


def test_manifest_starts_service_with_its_servers() -> None:
    assert set(PODS) == {"answers", "index", "milvus", "postgres"} == set(COMPOSE["services"])


@pytest.mark.parametrize("name", PODS)
def test_pod_has_no_more_rights_than_it_needs(name: str) -> None:
    (container,) = PODS[name]["containers"]
    assert PODS[name]["securityContext"]["runAsNonRoot"] and not PODS[name]["automountServiceAccountToken"]
    context = container["securityContext"]
    assert not context["allowPrivilegeEscalation"] and context["capabilities"] == {"drop": ["ALL"]}
    assert context["readOnlyRootFilesystem"] or name == "milvus"
    assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", sorted(PODS.keys() - {"index"}))
def test_pod_that_serves_is_probed(name: str) -> None:
    (container,) = PODS[name]["containers"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


@pytest.mark.parametrize("name", PODS)
def test_images_are_the_same_and_pinned(name: str) -> None:
    image = PODS[name]["containers"][0]["image"]
    assert image == COMPOSE["services"][name]["image"]
    tag = image.partition(":")[2]
    assert tag[:1].isdigit() or tag[:1] == "v"


@pytest.mark.parametrize("name", PODS)
def test_secrets_are_referred_to(name: str) -> None:
    for variable in PODS[name]["containers"][0].get("env", []):
        setting = variable["name"]
        is_secret = "PASSWORD" in setting or (setting.startswith("EXPERT_ANSWERS_") and setting not in OPEN)
        assert is_secret == ("valueFrom" in variable)
    for value in COMPOSE["services"][name]["environment"].values():
        assert "PASSWORD" not in value or ":?}" in value


@pytest.mark.parametrize("name", ["answers", "index"])
def test_settings_are_those_there_are(name: str) -> None:
    composed = COMPOSE["services"][name]["environment"]
    named = {variable["name"] for variable in PODS[name]["containers"][0]["env"]}
    assert named == set(composed) <= SETTINGS
    MilvusAddress.parse(composed["EXPERT_ANSWERS_INDEX"].replace("${MILVUS_PASSWORD:?}", "password"))


def test_etcd_in_milvus_is_set_up_alike() -> None:
    (stored,) = [part for part in KUBERNETES if part["kind"] == "ConfigMap"]
    expected = yaml.safe_load((DEPLOY / "milvus-etcd.yaml").read_text("utf-8"))
    assert yaml.safe_load(stored["data"]["embedEtcd.yaml"]) == expected
