"""Make organizations for the suite on a running platform's database. Run by `tenon django shell`: FILE and COUNT first.

Not over REST, because an account may make twenty of its own.
"""

import json
import os
import secrets
from pathlib import Path

from platform_core.members.models import Member
from platform_core.members.services.api_keys import issue_api_key
from platform_core.members.services.organizations import create_organization
from tenants.scope import tenant_scope

rows = []
for number in range(int(os.environ["TENON_CONTRACT_COUNT"])):
    slug = f"contract-{number:03d}"
    email = f"owner@{slug}.example"
    made = create_organization(slug=slug, name=slug, owner_email=email, owner_password=secrets.token_urlsafe(16))
    with tenant_scope(made):
        member = Member.objects.get()
        token = issue_api_key(member_id=member.pk, name="Contract").secret
    url = f"http://{slug}.localhost:{os.environ['TENON_CONTRACT_PORT']}"
    rows.append({"url": url, "api_token": token, "user_id": member.pk, "email": email})
Path(os.environ["TENON_CONTRACT_ORGANIZATIONS"]).write_text(json.dumps(rows), encoding="utf-8")
