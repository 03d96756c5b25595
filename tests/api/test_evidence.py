"""The evidence file over HTTP."""

import io
import zipfile

import pytest
from fastapi.testclient import TestClient

from registry import errors
from registry.accounts.caller import Scope
from registry.client.client import RegistryClient
from registry.evidence.certificate.words import words
from registry.installation import Installation
from registry.verify.evidence_form import CERTIFICATE_CHINESE, CERTIFICATE_ENGLISH
from registry.verify.file import verify_file
from tests.api.conftest import Key
from tests.api.served import served
from tests.api.test_works import registered
from tests.evidence.pdf_tools import text_of


def test_it_comes_with_its_type_its_length_and_a_name(studio: TestClient, installation: Installation) -> None:
    work = registered(studio)["work_id"]
    answer = studio.get(f"/v1/works/{work}/evidence")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.etsi.asic-e+zip"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert f'filename="{work}.evidence.zip"' in answer.headers["Content-Disposition"]
    report = verify_file(io.BytesIO(answer.content), verifier_key=installation.ledger.verifier_key)
    assert report.verdict == "proven"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_its_holder_chooses_what_is_in_it(studio: TestClient) -> None:
    path = f"/v1/works/{registered(studio)['work_id']}/evidence"
    for query, fields, original in (
        ("disclose=title", {"title"}, False),
        ("disclose=none", set(), False),
        ("disclose=file_sha256", {"file_sha256"}, True),
        ("disclose=title,file_sha256&original=false", {"title", "file_sha256"}, False),
    ):
        content = studio.get(f"{path}?{query}").content
        assert verify_file(io.BytesIO(content)).disclosed.keys() == fields
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert any(name.startswith("data/work/") for name in names) is original
    refused = studio.get(f"{path}?disclose=price")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_such_field")
    refused = studio.get(f"{path}?seal=true")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_time_witness")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_others_and_keys_without_the_scope_get_none(studio: TestClient, key: Key) -> None:
    path = f"/v1/works/{registered(studio)['work_id']}/evidence"
    other = studio.get(path, headers={"Authorization": f"Bearer {key(account='Other')}"})
    assert (other.status_code, other.json()["code"]) == (404, "no_such_work")
    without = studio.get(path, headers={"Authorization": f"Bearer {key(Scope.WORKS_WRITE)}"})
    assert (without.status_code, without.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_client_reads_it_in_pieces(studio: TestClient, installation: Installation, key: Key) -> None:
    work = registered(studio)["work_id"]
    with served(installation) as address, RegistryClient(address, key()) as client:
        content = b"".join(client.evidence_file(work, disclose="title"))
        with pytest.raises(errors.Refused) as refused:
            list(client.evidence_file(work, disclose="price"))
    assert verify_file(io.BytesIO(content)).verdict == "proven"
    assert refused.value.code == "no_such_field"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_certificate_comes_in_the_language_that_was_asked_for(studio: TestClient) -> None:
    work = registered(studio)["work_id"]
    path = f"/v1/works/{work}/certificate.pdf"
    for query, language in (("", "en"), ("?language=zh&disclose=title", "zh")):
        answer = studio.get(path + query)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert f'filename="{work}.certificate.{language}.pdf"' in answer.headers["Content-Disposition"]
        assert words(language)("title").replace(" ", "") in text_of(answer.content)
    assert studio.get(f"{path}?language=fr").status_code == 422
    assert studio.get(f"{path}?disclose=price").json()["code"] == "no_such_field"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_certificates_go_into_the_evidence_file_where_they_are_asked_for(studio: TestClient) -> None:
    path = f"/v1/works/{registered(studio)['work_id']}/evidence"
    for query, there in (("", False), ("?certificate=true", True)):
        names = zipfile.ZipFile(io.BytesIO(studio.get(path + query).content)).namelist()
        pages = [name for name in names if name.endswith(".pdf")]
        assert pages == ([CERTIFICATE_ENGLISH, CERTIFICATE_CHINESE] if there else [])


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_others_get_no_certificate_and_the_client_does(
    studio: TestClient, installation: Installation, key: Key
) -> None:
    work = registered(studio)["work_id"]
    other = studio.get(f"/v1/works/{work}/certificate.pdf", headers={"Authorization": f"Bearer {key(account='Other')}"})
    assert (other.status_code, other.json()["code"]) == (404, "no_such_work")
    with served(installation) as address, RegistryClient(address, key()) as client:
        assert "Harbour" not in text_of(client.certificate(work, "zh", disclose="creator"))
        names = zipfile.ZipFile(io.BytesIO(b"".join(client.evidence_file(work, certificate=True)))).namelist()
    assert CERTIFICATE_CHINESE in names
