"""The menu: each entry is a page, each person sees the own part, and the page on which one stands is marked."""

from django.test import TestCase
from django.urls import get_resolver, reverse

from core.markup import icon_svg
from core.menu import HOME, LIAISON_TABS, MENUS, PHONE_TABS, build_menu, phone_tabs
from tests.factories import (
    make_audit_admin,
    make_branch,
    make_committee,
    make_leader,
    make_liaison,
    make_organization,
    make_secretary,
    make_security_admin,
    make_staff,
    make_system_admin,
)

ITEMS = [item for menu in MENUS for item in menu.items]


def labels(user, view=""):
    return {menu.label: [item.label for item in menu.items] for menu in build_menu(user, view)}


class MenuTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.secretary = make_secretary(make_branch(cls.committee))

    def test_every_entry_is_a_page(self):
        for item in [*ITEMS, *(item for _, item in (*PHONE_TABS, *LIAISON_TABS))]:
            reverse(item.name)

    def test_the_tabs_of_a_phone_are_those_of_the_own_duty(self):
        liaison = make_liaison(make_organization(self.committee))
        own = [tab.label for tab in phone_tabs(self.secretary, "")]
        theirs = [tab.label for tab in phone_tabs(liaison, "")]

        self.assertEqual(own, ["首页", "任务", "活动", "述职", "支部"])
        self.assertEqual(theirs, ["首页", "任务", "活动", "整改", "单位"])
        for icon, _ in (*PHONE_TABS, *LIAISON_TABS):
            icon_svg(icon)

    def test_every_list_without_a_number_in_its_address_is_covered_by_one_entry(self):
        names = {
            f"{space}:{pattern.name}"
            for space, (_, resolver) in get_resolver().namespace_dict.items()
            if space != "admin"
            for pattern in resolver.url_patterns
            if (pattern.name or "").endswith("-list")
        }
        # reached from the pages beside them
        beside = {"organizations:charterrecord-list", "organizations:commitmentletter-list", "core:session-list"}
        beside |= {"organizations:incubationbatch-list", "organizations:ledgerdifference-list"}
        uncovered = {name for name in names if not any(item.covers(name) for item in ITEMS)}

        self.assertEqual(uncovered - beside, set())

    def test_everybody_sees_the_own_part(self):
        self.assertEqual(set(labels(self.staff)), {menu.label for menu in MENUS})
        self.assertNotIn("导入导出", labels(self.leader)["组织台账"])
        self.assertNotIn("季度任务清单", labels(self.secretary)["任务推进"])
        for make in (make_system_admin, make_security_admin, make_audit_admin):
            self.assertEqual(set(labels(make(self.committee))), {HOME, "系统"})

    def test_entries_that_are_shown_open(self):
        for user in (
            self.staff, self.leader, self.secretary, make_system_admin(self.committee),
            make_security_admin(self.committee), make_audit_admin(self.committee),
        ):  # fmt: skip
            self.client.force_login(user)
            for menu in build_menu(user, ""):
                for item in menu.items:
                    self.assertEqual(self.client.get(item.url).status_code, 200, f"{user.role} {item.url}")

    def test_the_page_is_marked_once(self):
        for item in ITEMS:
            marked = [sub.label for menu in build_menu(self.staff, item.name) for sub in menu.items if sub.active]
            if item.allowed(self.staff):
                self.assertEqual(marked, [item.label], item.name)
        for view, label in (("tasks:taskitem-detail", "季度任务清单"), ("reports:watch-detail", HOME)):
            marked = [sub.label for menu in build_menu(self.staff, view) for sub in menu.items if sub.active]
            self.assertEqual(marked, [label], view)

    def test_a_long_menu_folds_and_the_fold_bears_the_name_of_the_page_one_stands_on(self):
        def organizations(user, view):
            return next(menu for menu in build_menu(user, view) if menu.label == "组织台账")

        usual = organizations(self.staff, "organizations:partymember-list")
        rare = organizations(self.staff, "organizations:coverage")

        self.assertEqual([entry.label for entry in usual.items if entry.usual], ["社会组织", "党组织", "党员"])
        self.assertEqual((usual.folds, usual.folded), (True, None))
        self.assertEqual(rare.folded.label, "两个覆盖")

    def test_a_menu_that_fits_beside_itself_does_not_fold(self):
        menus = {menu.label: menu for menu in build_menu(self.secretary, "")}

        self.assertEqual(
            [entry.label for entry in menus["任务推进"].items], ["我的任务", "活动纪实", "联席会议", "培训"]
        )
        self.assertFalse(menus["任务推进"].folds)
        self.assertTrue(menus["组织台账"].folds)

    def test_each_page_of_a_grouped_menu_stands_beside_those_of_its_group(self):
        for menu in MENUS:
            groups = [item.group for item in menu.items]
            runs = [group for n, group in enumerate(groups) if n == 0 or group != groups[n - 1]]
            self.assertEqual(len(runs), len(set(groups)), menu.label)
