"""The back-office's addresses, and how tests read its pages."""

from django.contrib.auth.models import Permission
from django.urls import reverse

from tests import factories


def page_of(row, page="change"):
    """Give the address of a row's page: "change" or "delete"."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def step(row, action):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_step"
    return reverse(name, args=[row.pk, action])


def onlooker(*permissions):
    """Make staff without the group, who have these of Django's permissions alone."""
    user = factories.UserFactory(is_staff=True, moderates=False)
    for name in permissions:
        label, _, codename = name.partition(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=label, codename=codename)
        )
    return user


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def rows(answer):
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def query_count(client, path, at_most):
    """Count the queries of a page; `at_most` is django_assert_max_num_queries."""
    with at_most(20) as captured:
        client.get(path)
    return len(captured)
