"""The ids in the shelves' paths, as the schema describes them."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

AUTHOR_ID = OpenApiParameter("author_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
WORK_ID = OpenApiParameter("work_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
