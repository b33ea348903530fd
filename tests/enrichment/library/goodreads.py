"""Files as Goodreads exports them, and what an import makes of them."""

import csv
from io import StringIO

from django.core.files.uploadedfile import SimpleUploadedFile

from config.row_security import SYSTEM, acting_as
from shelves.models import UserWork
from tests.enrichment.jobs import job_kinds

COLUMNS = [
    "Book Id",
    "Title",
    "Author",
    "Author l-f",
    "Additional Authors",
    "ISBN",
    "ISBN13",
    "My Rating",
    "Average Rating",
    "Publisher",
    "Binding",
    "Number of Pages",
    "Year Published",
    "Original Publication Year",
    "Date Read",
    "Date Added",
    "Bookshelves",
    "Bookshelves with positions",
    "Exclusive Shelf",
    "My Review",
    "Spoiler",
    "Private Notes",
    "Read Count",
    "Owned Copies",
]
PATH = "/api/user/import"


def row(title="Solaris", author="Stanisław Lem", isbn="", **columns):
    """Give a row; further columns by their names, with `_` for a space."""
    said = {name.replace("_", " "): value for name, value in columns.items()}
    blank = dict.fromkeys(COLUMNS, "") | {"Exclusive Shelf": "to-read", "My Rating": "0"}
    numbers = {"ISBN": '=""', "ISBN13": f'="{isbn}"'}
    return blank | numbers | {"Title": title, "Author": author} | said


def file(*rows, name="goodreads_library_export.csv"):
    text = StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode())


def sent(client, *rows):
    """Bring a file and give the id of its job, which has not run."""
    response = client.post(PATH, {"file": file(*rows)}, format="multipart")
    assert response.status_code == 202, response.content
    return response.json()["job_id"]


def imported(client, *rows):
    """Bring a file, and give the job's result once a worker is through."""
    job = job_kinds.ran(sent(client, *rows))
    assert (job.status, job.error) == ("succeeded", None)
    return job.result


def outcomes(result):
    return [(told["outcome"], told["how"]) for told in result["rows"]]


def shelf(user):
    """Give the reader's shelf: each work's title with its row."""
    with acting_as(SYSTEM):
        items = UserWork.objects.filter(user=user).select_related("work")
        return {item.work.title: item for item in items}
