"""Who they are: bodies, party organizations and members, each with what stands in the ledgers about it."""

from datetime import date, timedelta

from core.pinyin import sort_key
from core.secrets import encrypt, keyed_hash
from organizations import models as o
from reports.demo.people import credit_code, id_number, phone

from .rows import Rows, keys_of

STEMS = (
    "建材", "餐饮", "物流", "软件", "养老", "旅游", "茶叶", "家政", "广告", "汽修", "装饰", "服装", "水产", "园林", "电商", "摄影",
    "书法", "登山", "环保", "助学", "助残", "康复", "培训", "幼教", "社工", "调解", "救援", "志愿", "文化", "体育",
)  # fmt: skip
ENDINGS = {"51": ("协会", "商会", "学会", "促进会"), "52": ("服务中心", "学校", "俱乐部", "护理院"), "53": ("基金会",)}


class Ledgers(Rows):
    def make_bodies(self) -> None:
        random = self.random
        for number in range(self.size.organizations):
            kind = random.choices(("51", "52", "53"), (415, 574, 11))[0]
            short = f"市{random.choice(STEMS)}{random.choice(ENDINGS[kind])}{number + 1}"
            registered = self.day(date(1995, 1, 1), self.today)
            ended = self.day(registered, self.today) if number % 33 == 7 and registered < self.today else None
            code = credit_code(kind, self.serial + number)
            search, sort = keys_of(short)
            contact = self.person()
            pk = self.add(
                o.SocialOrganization, name=f"{self.committee.place}示例{short}", short_name=short, code=code, kind=kind,
                is_trade_association=kind == "51" and number % 3 == 0, registration_mode="direct", registered_on=registered,
                ended_on=ended, status="cancelled" if ended else "normal", contact=contact, phone=phone(number),
                legal_representative=self.person(), staff_count=random.randint(3, 60), full_time_count=random.randint(0, 3),
                no_branch_reason="due" if number % 25 == 13 else "", district=f"第{number % 8 + 1}区", search=f"{search} {code.lower()} {contact}"[:600], sort_key=sort,
            )  # fmt: skip
            self.papers_of(pk, registered, number)
            if ended is None:
                self.bodies.append((pk, registered, short))

    def papers_of(self, pk: int, registered: date, number: int) -> None:
        self.add(o.Affiliation, organization_id=pk, kind="direct" if number % 5 < 3 else "supervisor", start=registered)
        if number % 25 == 13:
            self.add(o.DueMark, organization_id=pk, start=registered)
        clause = number % 12 != 5
        self.add(
            o.CharterRecord, organization_id=pk, voted_on=registered, approved_on=registered, has_party_clause=clause,
            has_values_clause=clause, status="approved", clause_kind="liaison" if clause else "",
        )  # fmt: skip
        if number % 3 == 0:
            self.add(o.CommitmentLetter, organization_id=pk, signed_on=registered, signer="负责人", status="signed")
        if number % 5 == 2:
            name = self.person()
            sent = self.day(registered, self.today)
            row = self.add(o.InstructorAssignment, organization_id=pk, instructor_name=name, sort_key=sort_key(name),
                           sent_by="机关党支部", start=sent)  # fmt: skip
            for on in {self.day(sent, self.today) for _ in range(4)}:
                self.add(o.InstructorVisit, assignment_id=row, visited_on=on, content="了解情况，指导组建")
        if number % 4 == 1:
            members = number % 7
            self.add(o.MemberSurvey, organization_id=pk, filled_on=registered, staff_count=20, member_count=members,
                     full_member_count=max(0, members - 1))  # fmt: skip
        if number % 10 < 7:
            name = self.person()
            self.add(o.Liaison, organization_id=pk, name=name, sort_key=sort_key(name), phone=phone(number),
                     start=registered)  # fmt: skip

    def make_branches(self) -> None:
        free = iter(self.random.sample(self.bodies, len(self.bodies)))
        for number in range(self.size.branches):
            kind, count, method = ("branch", 1, "own")
            if number % 10 == 9:
                kind, count, method = ("joint", 3, "joint") if number % 20 == 9 else ("functional", 3, "functional")
            covered = [body for body in (next(free, None) for _ in range(count)) if body]
            start = max((registered for _, registered, _ in covered), default=date(2010, 1, 1))
            founded = self.day(start, self.today - timedelta(days=1)) if start < self.today else start
            short = f"{covered[0][2] if covered else f'第{number + 1}'}{'联合' if kind == 'joint' else ''}党支部"
            search, sort = keys_of(short)
            elected = max(founded, date(self.today.year - 2, 1 + number % 12, 1 + number % 28))
            pk = self.add(
                o.PartyBranch, name=f"中共示例{short}{number + 1}", short_name=short, kind=kind, founded_on=founded, term_number=2,
                term_start=elected, term_end=elected.replace(year=elected.year + 3, day=min(elected.day, 28)), search=search, sort_key=sort,
            )  # fmt: skip
            for body, _, _ in covered:
                self.add(o.BranchCoverage, branch_id=pk, organization_id=body, method=method, start=founded)
            self.add(
                o.ElectionTerm, branch_id=pk, number=2, started_on=elected,
                due_on=elected.replace(year=elected.year + 3, day=min(elected.day, 28)),
            )  # fmt: skip
            self.add(o.BranchPost, branch_id=pk, person_name=self.person(), post="secretary", start=founded)
            self.branches.append((pk, founded, short))

    def make_members(self) -> None:
        random, seen = self.random, set()
        for number in range(self.size.members):
            branch, founded, _ = self.branches[number % len(self.branches)]
            name = self.person()
            born = date(random.randint(1950, 1999), random.randint(1, 12), random.randint(1, 28))
            code = id_number(born, self.serial + number, number % 3 > 0)
            while code in seen:
                born += timedelta(days=1)
                code = id_number(born, self.serial + number, number % 3 > 0)
            seen.add(code)
            probationary = number % 40 == 1
            joined = date(self.today.year - 1, 7, 1) if probationary else date(born.year + 20 + number % 3, 7, 1)
            pk = self.add(
                o.PartyMember, name=name, sex="male" if number % 3 else "female", id_cipher=encrypt(code), born_on=born,
                id_hash=keyed_hash(code), id_tail=code[:3] + code[-4:], joined_on=joined, phone=phone(number),
                category="probationary" if probationary else "full", full_on=None if probationary else joined.replace(year=joined.year + 1),
                education=("bachelor", "college", "high_school")[number % 3], search=keys_of(name)[0], sort_key=keys_of(name)[1],
                **self.away(number),
            )  # fmt: skip
            start = max(founded, joined) if max(founded, joined) <= self.today else founded
            row = self.add(o.Membership, member_id=pk, branch_id=branch, start=start, join_reason="transferred")
            self.add(
                o.MemberChange, member_id=pk, membership_id=row, branch_id=branch, kind="transferred_in", on=start,
                outside="外地党组织",
            )  # fmt: skip
            self.members.append((pk, branch, start))
            self.make_absences(pk, branch, start, number)

    def away(self, number: int) -> dict[str, object]:
        """What the roster says of those of whom `make_absences` keeps a record."""
        if number % 30 == 7:
            return {"floating": "out", "floating_place": "上海市"}
        return {"is_lost": True} if number % 200 == 11 else {}

    def make_absences(self, member: int, branch: int, start: date, number: int) -> None:
        left = self.day(start, self.today)
        if number % 30 == 7:
            record = self.add(
                o.FloatingRecord, member_id=member, branch_id=branch, left_on=left, place="上海市", cause="务工",
                status="in_contact",
            )  # fmt: skip
            for on in (left, self.day(left, self.today)):
                self.add(o.FloatingContact, record_id=record, on=on, note="电话联系")
        elif number % 30 == 8:
            self.add(o.FloatingRecord, member_id=member, branch_id=branch, left_on=left, place="上海市", status="returned",
                     ended_on=self.day(left, self.today))  # fmt: skip
        elif number % 200 == 11:
            self.add(o.LostRecord, member_id=member, branch_id=branch, circumstance="1")
        elif number % 500 == 12:
            self.add(o.MemberLapse, member_id=member, branch_id=branch, ground="life", since=left)
        elif number % 1000 == 13:
            self.add(o.MemberCorrection, member_id=member, branch_id=branch, circumstance="slack", start_on=left,
                     until=left + timedelta(days=180))  # fmt: skip
