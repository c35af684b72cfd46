from django.db import migrations

KINDS = ("书记", "副书记", "组织委员", "宣传委员", "纪检委员", "委员")
OWN = {f"{where}{kind}" for kind in KINDS for where in ("", "支部", "党支部", "党总支", "党委", "支委会")}
NOTED = "名册原写党内职务："
CHUNK = 2000


def link(apps, schema_editor):
    """Posts that only name somebody belong to the one member of that name whom their branch had in these days."""
    posts = apps.get_model("organizations", "BranchPost").objects
    memberships = apps.get_model("organizations", "Membership").objects.filter(kind="full")
    unlinked = list(posts.filter(member=None).order_by("pk"))
    for first in range(0, len(unlinked), CHUNK):
        chunk, people = unlinked[first : first + CHUNK], {}
        rows = memberships.filter(branch__in=posts.filter(pk__range=(chunk[0].pk, chunk[-1].pk)).values("branch"))
        for branch, name, *row in rows.values_list("branch_id", "member__name", "member_id", "start", "end"):
            people.setdefault((branch, name), []).append(row)
        changed = []
        for post in chunk:
            found = {
                pk
                for pk, start, end in people.get((post.branch_id, post.person_name), ())
                if (post.end is None or start < post.end) and (end is None or post.start < end)
            }
            if len(found) == 1:
                post.member_id = found.pop()
                changed.append(post)
        posts.bulk_update(changed, ["member"], batch_size=CHUNK)


def untype(apps, schema_editor):
    """A typed post of a branch's own committee gives way to the post itself; where there is none it becomes a remark."""
    members = apps.get_model("organizations", "PartyMember").objects
    posts = apps.get_model("organizations", "BranchPost")
    words_of = dict(posts._meta.get_field("post").flatchoices)
    held = {}  # member → words of the posts that are held now
    for member, post in posts.objects.filter(end=None).exclude(member=None).values_list("member_id", "post"):
        held.setdefault(member, set()).add(words_of.get(post, post))
    changed = []
    for member in members.exclude(party_post="").order_by("pk").iterator(CHUNK):
        words = [word.strip() for word in member.party_post.replace("，", "、").replace(",", "、").split("、")]
        own = [word for word in words if word in OWN]
        if not own:
            continue
        member.party_post = "、".join(word for word in words if word and word not in OWN)
        untold = [word for word in own if not any(word.endswith(post) for post in held.get(member.pk, ()))]
        if untold:
            note = f"{NOTED}{'、'.join(untold)}。"
            if len(member.remark) + len(note) > 200:
                continue
            member.remark += note
        changed.append(member)
        if len(changed) == CHUNK:
            members.bulk_update(changed, ["party_post", "remark"])
            changed = []
    members.bulk_update(changed, ["party_post", "remark"])


class Migration(migrations.Migration):
    dependencies = [("organizations", "0021_member_columns")]

    operations = [
        migrations.RunPython(link, migrations.RunPython.noop),
        migrations.RunPython(untype, migrations.RunPython.noop),
    ]
