"""Answers of every board system about invented companies, in the shapes of the real ones: two roles and none."""

from __future__ import annotations

import json

AD = "<p>You will lead our migration of forty services to the AWS cloud.</p><ul><li>Experience with Salesforce and Kubernetes</li></ul>"


def dumps(value) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def greenhouse(roles=2) -> bytes:
    jobs = [
        {
            "id": 100 + n, "internal_job_id": 500 + n, "title": ["Senior Data Engineer", "Account Executive"][n % 2],
            "absolute_url": f"https://boards.greenhouse.io/kettleworks/jobs/{100 + n}", "updated_at": "2026-11-20T08:00:00-05:00",
            "first_published": "2026-10-05T09:00:00-04:00", "location": {"name": "Port Anselm, OH"},
            "departments": [{"id": 1, "name": "Engineering"}], "content": AD.replace("<", "&lt;").replace(">", "&gt;"),
        }
        for n in range(roles)
    ]  # fmt: skip
    return dumps({"jobs": jobs, "meta": {"total": roles}})


def lever(roles=2, start=0) -> bytes:
    return dumps([
        {
            "id": f"l-{n}", "text": "Backend Engineer", "hostedUrl": f"https://jobs.lever.co/kettleworks/l-{n}", "createdAt": 1793000000000,
            "categories": {"team": "Platform", "location": "Leeds", "allLocations": ["Leeds", "Oslo"]}, "descriptionPlain": "We use Kafka.",
            "lists": [{"text": "You bring", "content": "<li>Go</li>"}],
        }
        for n in range(start, start + roles)
    ])  # fmt: skip


def rows(kind: str, roles: int = 2) -> bytes:
    """An answer of that board system with so many roles."""
    return _MADE[kind](roles)


def _teamtailor(roles):
    post = {
        "@type": "JobPosting",
        "title": "Welder",
        "datePosted": "2026-10-01",
        "jobLocation": {"address": {"addressLocality": "Umeå", "addressCountry": "SE"}},
    }
    return dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Jobs", "items": [{"id": f"t{n}", "title": "Welder", "url": f"https://kettle.teamtailor.com/jobs/{n}", "date_published": "2026-10-02T10:00:00+02:00", "content_html": AD, "_jobposting": post} for n in range(roles)]})  # fmt: skip


def _personio(roles):
    one = "<position><id>{n}</id><office>Ulm</office><department>Ops</department><name>Process Engineer</name><jobDescriptions><jobDescription><name>x</name><value><![CDATA[<p>Build the new plant.</p>]]></value></jobDescription></jobDescriptions><createdAt>2026-09-01T08:00:00+00:00</createdAt></position>"
    return ("<?xml version='1.0'?><workzag-jobs>" + "".join(one.format(n=7 + n // 2 * 2 + n % 2) * 2 for n in range(roles)) + "</workzag-jobs>").encode()  # fmt: skip


def _icims(roles):
    card = '<li class="iCIMS_JobCardItem"><div class="header left"><span class="sr-only field-label">Where</span><span>US-OH</span></div><a href="https://careers-kettle.icims.com/jobs/{n}/x/job?in_iframe=1" class="iCIMS_Anchor"><h3>Payroll Clerk</h3></a></li>'
    return (
        '<html><body class="iCIMS_Main"><ul>'
        + "".join(card.format(n=11 + n) for n in range(roles))
        + "</ul></body></html>"
    ).encode()


def _jobvite(roles):
    row = '<tr><td class="jv-job-list-name"><a href="/kettle/job/o{n}">Buyer</a></td><td class="jv-job-list-location">Port Anselm</td></tr>'
    return (
        '<html><body class="jv-page"><h3>Supply</h3><table>'
        + "".join(row.format(n=n) for n in range(roles))
        + "</table></body></html>"
    ).encode()


def _phenom(roles):
    jobs = [{"jobId": f"R{n}", "jobSeqNo": f"KR{n}", "title": "Driver", "cityStateCountry": "Ulm", "postedDate": "2026-10-10T00:00:00.000+0000", "category": "Logistics"} for n in range(roles)]  # fmt: skip
    ddo = {"eagerLoadRefineSearch": {"totalHits": roles, "data": {"jobs": jobs}}}
    return (
        b"<html><script>var phApp = phApp || {}; phApp.ddo = "
        + dumps(ddo)
        + b"; phApp.x = 1;</script></html>"
    )


def _paylocity(roles):
    jobs = [{"JobId": 40 + n, "JobTitle": "Nurse", "LocationName": "Main", "PublishedDate": "2026-11-01T00:00:00Z", "HiringDepartment": "Care"} for n in range(roles)]  # fmt: skip
    return b"<html><script>window.pageData = " + dumps({"Jobs": jobs}) + b";</script></html>"


def page(roles=2, **extra) -> bytes:
    posts = [{"@context": "https://schema.org", "@type": "JobPosting", "title": "数控操作工", "datePosted": "2026-11-0" + str(n + 1), "identifier": {"value": f"p{n}"}, "jobLocation": {"address": {"addressLocality": "宁波", "addressCountry": "CN"}}, "description": AD, **extra} for n in range(roles)]  # fmt: skip
    return b'<html><script type="application/ld+json">' + dumps({"@graph": posts}) + b"</script></html>"


_MADE = {
    "greenhouse": greenhouse,
    "lever": lever,
    "ashby": lambda n: dumps({"jobs": [{"id": f"a{i}", "title": "Designer", "department": "Design", "isListed": True, "location": "Oslo", "publishedAt": "2026-10-01T10:00:00.000+00:00", "jobUrl": f"https://jobs.ashbyhq.com/Kettle/{i}", "descriptionHtml": AD} for i in range(n)]}),
    "smartrecruiters": lambda n: dumps({"offset": 0, "limit": 100, "totalFound": n, "content": [{"id": str(900 + i), "name": "Nurse", "company": {"identifier": "Kettle"}, "releasedDate": "2026-10-01T10:00:00.000Z", "location": {"city": "Ulm", "country": "de"}, "department": {"label": "Care"}} for i in range(n)]}),
    "workable": lambda n: dumps({"name": "Kettle", "jobs": [{"title": "Cook", "shortcode": f"W{i}", "url": f"https://apply.workable.com/j/W{i}", "published_on": "2026-10-01", "city": "Ghent", "country": "Belgium", "locations": [], "description": AD} for i in range(n)]}),
    "recruitee": lambda n: dumps({"offers": [{"id": 70 + i, "title": "Baker", "status": "published", "careers_url": f"https://kettle.recruitee.com/o/{i}", "published_at": "2026-10-01 10:00:00 UTC", "city": "Gdansk", "country_code": "PL", "description": AD, "requirements": "<p>x</p>"} for i in range(n)]}),
    "teamtailor": _teamtailor,
    "personio": _personio,
    "bamboohr": lambda n: dumps({"meta": {"totalCount": n}, "result": [{"id": str(5 + i), "jobOpeningName": "Paralegal", "departmentLabel": "Legal", "location": {"city": "Reno", "state": "Nevada"}} for i in range(n)]}),
    "workday": lambda n: dumps({"total": n, "jobPostings": [{"title": "Buyer", "externalPath": f"/job/Ulm/Buyer_JR{i}", "locationsText": "Ulm", "postedOn": "Posted 3 Days Ago", "bulletFields": [f"JR{i}"]} for i in range(n)]}),
    "pinpoint": lambda n: dumps({"data": [{"id": f"q{i}", "title": "Architect", "path": f"/en/postings/q{i}", "description": AD, "job": {"department": {"name": "IT"}}, "location": {"name": "York"}} for i in range(n)]}),
    "icims": _icims,
    "oracle": lambda n: dumps({"items": [{"TotalJobsCount": n, "requisitionList": [{"Id": str(30 + i), "Title": "Inspector", "PostedDate": "2026-10-07", "PrimaryLocation": "Perth", "secondaryLocations": [{"Name": "Reno"}]} for i in range(n)]}]}),
    "jobvite": _jobvite,
    "rippling": lambda n: dumps([{"uuid": f"u{i}", "name": "Controller", "url": f"https://ats.rippling.com/kettle/jobs/u{i}", "department": {"label": "Finance"}, "workLocation": {"label": "Remote"}} for i in range(n)]),
    "eightfold": lambda n: dumps({"count": n, "positions": [{"id": 60 + i, "name": "Chemist", "locations": ["Basel"], "department": "R&D", "t_create": 1790000000, "canonicalPositionUrl": f"https://kettle.eightfold.ai/careers/job/{i}"} for i in range(n)]}),
    "phenom": _phenom,
    "paylocity": _paylocity,
    "feishu": lambda n: dumps({"code": 0, "data": {"count": n, "job_post_list": [{"id": f"f{i}", "title": "算法工程师", "city_info": {"name": "杭州"}, "publish_time": 1790000000000, "description": "负责数据中台建设", "job_category": {"name": "研发"}} for i in range(n)]}}),
    "moka": page,
    "beisen": page,
    "page": page,
}  # fmt: skip
KINDS = tuple(_MADE)
