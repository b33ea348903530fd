"""ONIX messages for tests: `message(product(...))`, of which a test changes what it is about."""

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TITLE = (
    "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
    "<TitleText>Emma</TitleText></TitleElement></TitleDetail>"
)
AUTHOR = (
    "<Contributor><ContributorRole>A01</ContributorRole><PersonName>Jane Austen</PersonName>"
    "</Contributor>"
)
PRICE = "<Price><PriceType>02</PriceType><PriceAmount>9.99</PriceAmount><CurrencyCode>GBP</CurrencyCode></Price>"


def message(*products, header="", root='<ONIXMessage release="3.0">'):
    return f"{HEAD}{root}\n<Header>{header}</Header>\n" + "\n".join(products) + "\n</ONIXMessage>"


def identified(isbn="9780306406157", kind="15"):
    return (
        f"<ProductIdentifier><ProductIDType>{kind}</ProductIDType><IDValue>{isbn}</IDValue>"
        "</ProductIdentifier>"
    )


def supply(*prices):
    return f"<ProductSupply><SupplyDetail>{''.join(prices)}</SupplyDetail></ProductSupply>"


def product(
    notification="03",
    isbn="9780306406157",
    detail=TITLE + AUTHOR,
    collateral="",
    publishing="",
    supplied=None,
):
    """Give a product; a block that is None is left out."""
    blocks = (
        ("DescriptiveDetail", detail),
        ("CollateralDetail", collateral),
        ("PublishingDetail", publishing),
    )
    return (
        "<Product><RecordReference>1</RecordReference>"
        + (f"<NotificationType>{notification}</NotificationType>" if notification else "")
        + (identified(isbn) if isbn else "")
        + "".join(f"<{name}>{inner}</{name}>" for name, inner in blocks if inner is not None)
        + (supply(PRICE) if supplied is None else supplied)
        + "</Product>"
    )
