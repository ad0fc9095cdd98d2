"""A made-up dump on a local HTTP server, and the request that fetches it."""

import gzip
import hashlib
import json
import random
from dataclasses import replace

from pipeline.dump.fetch_plan import FetchRequest
from pipeline.dump.sources import make_sources
from pipeline.net.retries import Retries

STEM = "testwiki-20210101"
PAGES = [f"{STEM}-pages-articles-multistream{part}.bz2" for part in ("1.xml-p1p10", "2.xml-p11p20", "3.xml-p21p30")]
INDEXES = [name.replace("multistream", "multistream-index").replace(".xml", ".txt") for name in PAGES]
WHOLE = f"{STEM}-pages-articles-multistream.xml.bz2"
PROPS = f"{STEM}-page_props.sql.gz"
LINKS = f"{STEM}-langlinks.sql.gz"
SITEINFO = f"{STEM}-siteinfo-namespaces.json.gz"
NOISE = random.Random(7)
BODIES = {
    name: NOISE.randbytes(2_000 + 100 * place)
    for place, name in enumerate([*PAGES, *INDEXES, WHOLE, PROPS, LINKS, SITEINFO, f"{STEM}-abstract.xml.gz"])
}
BODIES[SITEINFO] = gzip.compress(json.dumps({"query": {"general": {}, "namespaces": {}}}).encode(), mtime=0)
WANTED = {*PAGES, *INDEXES, PROPS, SITEINFO}
LISTS = {"dumpstatus.json", f"{STEM}-sha1sums.txt"}


def about(name):
    return {"size": len(BODIES[name]), "sha1": hashlib.sha1(BODIES[name]).hexdigest(), "url": "http://evil.example/x"}


def status(**changed):
    """A dumpstatus.json; `changed` gives jobs another status."""
    jobs = {
        "articlesmultistreamdump": [*PAGES, *INDEXES],
        "articlesmultistreamdumprecombine": [WHOLE],
        "pagepropstable": [PROPS],
        "langlinkstable": [LINKS],
        "namespaces": [SITEINFO],
        "abstractsdump": [f"{STEM}-abstract.xml.gz"],
    }
    value = {
        job: {"status": changed.get(job, "done"), "updated": "x", "files": {name: about(name) for name in names}}
        for job, names in jobs.items()
    }
    return json.dumps({"version": "0.8", "jobs": value}).encode()


def sums(names=BODIES):
    return "".join(f"{about(name)['sha1']}  {name}\n" for name in names).encode()


def serve(server, folder="/testwiki/20210101/", *, lists=("status", "sums"), names=BODIES, **changed):
    for name in names:
        server.put(folder + name, BODIES[name])
    if "status" in lists:
        server.put(f"{folder}dumpstatus.json", status(**changed), kind="application/json")
    if "sums" in lists:
        server.put(f"{folder}{STEM}-sha1sums.txt", sums(), kind="text/plain")


def ask(tmp_path, *servers, **changed):
    templates = [server.url("/{wiki}/{date}/") for server in servers]
    request = FetchRequest(
        dump_dir=tmp_path / "dumps",
        wiki="testwiki",
        date="20210101",
        contact="tests@example.org",
        sources=make_sources(templates),
        retries=Retries(tries=2, first_s=0.01, longest_s=0.02),
    )
    return replace(request, **changed)
