"""The documented test cards and test IBANs (docs.stripe.com/testing).

Which of Stripe's are missing, and why, stands in docs/sandbox.md.
"""

from portal_app.sandbox.engine.declines import (
    BLOCKED,
    CVC,
    DEBIT_FAILED,
    DEBIT_FUNDS,
    EXPIRED,
    FUNDS,
    GENERIC,
    LOST,
    PROCESSING,
    STOLEN,
    VELOCITY,
    Complaint,
    Decline,
    TestAccount,
    TestCard,
)


def _refused(number: str, why: Decline) -> TestCard:
    return TestCard(number, attach=why, charge=why)


_BRANDS = {
    "visa": TestCard("4242424242424242"),
    "us": TestCard("4242424242424242"),
    "visa_debit": TestCard("4000056655665556", funding="debit"),
    "mastercard": TestCard("5555555555554444", "mastercard"),
    "mastercard_debit": TestCard("5200828282828210", "mastercard", "debit"),
    "mastercard_prepaid": TestCard("5105105105105100", "mastercard", "prepaid"),
    "amex": TestCard("378282246310005", "amex"),
    "amex_threeDSecureNotSupported": TestCard("378282246310005", "amex"),
    "discover": TestCard("6011111111111117", "discover"),
    "diners": TestCard("3056930009020004", "diners"),
    "jcb": TestCard("3566002020360505", "jcb", country="JP"),
    "unionpay": TestCard("6200000000000005", "unionpay", country="CN"),
    "visa_cartesBancaires": TestCard("4000002500001001", country="FR"),
    "mastercard_cartesBancaires": TestCard("5555552500001001", "mastercard", country="FR"),
    "visa_debit_eftposAuCoBranded": TestCard("4000050360000001", funding="debit", country="AU"),
    "mastercard_debit_eftposAuCoBranded": TestCard("5555050360000080", "mastercard", "debit", "AU"),
    # They bypass the pending balance of a real account; here there is none.
    "bypassPending": TestCard("4000000000000077"),
    "bypassPendingInternational": TestCard("4000003720000278", country="IE"),
}
# Documented as numbers only.
_MORE_NUMBERS = (
    TestCard("2223003122003222", "mastercard"),
    TestCard("371449635398431", "amex"),
    TestCard("6011000990139424", "discover"),
    TestCard("6011981111111113", "discover", "debit"),
    TestCard("36227206271667", "diners"),
    TestCard("6555900000604105", "discover", country="KR"),
    TestCard("6200000000000047", "unionpay", "debit", "CN"),
    TestCard("6205500000000000004", "unionpay", country="CN"),
)
_COUNTRIES = """
ae 4000007840000001 ar 4000000320000021 at 4000000400000008 au 4000000360000006 be 4000000560000004
bg 4000001000000000 br 4000000760000002 by 4000001120000005 ca 4000001240000000 ch 4000007560000009
cl 4000001520000001 co 4000001700000003 cr 4000001880000005 ec 4000002180000000
gi 4000002920000005 hr 4000001910000009 li 4000004380000004 pa 4000005910000000
pe 4000006040000068 py 4000006000000066 sa 4000006820000007 uy 4000008580000003
cn 4000001560000002 cy 4000001960000008 cz 4000002030000002 de 4000002760000016
dk 4000002080000001 ee 4000002330000009 es 4000007240000007 fi 4000002460000001
fr 4000002500000003 gb 4000008260000000 gr 4000003000000030 hk 4000003440000004
hu 4000003480000005 ie 4000003720000005 in 4000003560000008 it 4000003800000008
jp 4000003920000003 lt 4000004400000000 lu 4000004420000006 lv 4000004280000005
mt 4000004700000007 mx 4000004840008001 my 4000004580000002 nl 4000005280000002
no 4000005780000007 nz 4000005540000008 pl 4000006160000005 pt 4000006200000007
ro 4000006420000001 se 4000007520000008 sg 4000007020000003 si 4000007050000006
sk 4000007030000001 th 4000007640000003 tw 4000001580000008
""".split()
_DECLINES = {
    "chargeDeclined": _refused("4000000000000002", GENERIC),
    "chargeDeclinedInsufficientFunds": _refused("4000000000009995", FUNDS),
    "chargeDeclinedLostCard": _refused("4000000000009987", LOST),
    "chargeDeclinedStolenCard": _refused("4000000000009979", STOLEN),
    "chargeDeclinedExpiredCard": _refused("4000000000000069", EXPIRED),
    "chargeDeclinedIncorrectCvc": _refused("4000000000000127", CVC),
    "chargeDeclinedProcessingError": _refused("4000000000000119", PROCESSING),
    "chargeDeclinedVelocityLimitExceeded": _refused("4000000000006975", VELOCITY),
    "chargeDeclinedFraudulent": _refused("4100000000000019", BLOCKED),
    "radarBlock": _refused("4100000000000019", BLOCKED),
}
_CHALLENGES = {
    "authenticationRequiredOnSetup": TestCard("4000002500003155", challenge="unless_set_up"),
    "authenticationRequired": TestCard("4000002760003184", challenge="always"),
    "authenticationRequiredSetupForOffSession": TestCard(
        "4000003800000446", challenge="on_session"
    ),
    "authenticationRequiredChargeDeclinedInsufficientFunds": TestCard(
        "4000008260003178", charge=FUNDS, challenge="unless_set_up"
    ),
    "threeDSecure2Required": TestCard("4000000000003220", challenge="unless_set_up"),
    "threeDSecureRequired": TestCard("4000000000003063", challenge="unless_set_up"),
    "threeDSecureRequiredChargeDeclined": TestCard(
        "4000008400001629", charge=GENERIC, challenge="unless_set_up"
    ),
    "threeDSecureRequiredProcessingError": TestCard(
        "4000008400001280", charge=PROCESSING, challenge="unless_set_up"
    ),
    "threeDSecureOptional": TestCard("4000000000003055"),
    "threeDSecureOptionalProcessingError": TestCard("4000000000003097"),
}

_FRAUD = Complaint("fraudulent", "10.4")
_DISPUTED = {
    "createDispute": TestCard("4000000000000259", dispute=_FRAUD),
    "createDisputeProductNotReceived": TestCard(
        "4000000000002685", dispute=Complaint("product_not_received", "13.1")
    ),
    "createDisputeInquiry": TestCard(
        "4000000000001976", dispute=Complaint("fraudulent", "10", "inquiry")
    ),
    "createMultipleDisputes": TestCard(
        "4000000404000079", dispute=Complaint("fraudulent", "10.4", cases=2)
    ),
    "createCe3EligibleDispute": TestCard("4000000404000038", dispute=_FRAUD),
    "createComplianceDispute": TestCard(
        "4000008400000779", dispute=Complaint("noncompliant", None, "compliance")
    ),
    "createMastercardComplianceDispute": TestCard(
        "5105008400000002", "mastercard", dispute=Complaint("noncompliant", None, "compliance")
    ),
    "createAutoRepresentmentEligibleDispute": TestCard("4000000001000043", dispute=_FRAUD),
    # Only a warning follows (radar.early_fraud_warning), which the sandbox does not have.
    "createIssuerFraudRecord": TestCard("4000000000005423"),
}
_CHECKED = {
    "avsFail": TestCard(
        "4000000000000010", fails=frozenset({"address_line1_check", "address_postal_code_check"})
    ),
    "avsLine1Fail": TestCard("4000000000000028", fails=frozenset({"address_line1_check"})),
    "avsZipFail": TestCard("4000000000000036", fails=frozenset({"address_postal_code_check"})),
    "cvcCheckFail": TestCard("4000000000000101", fails=frozenset({"cvc_check"})),
}

CARDS: dict[str, TestCard] = {
    **_BRANDS,
    **{
        land: TestCard(number, country=land.upper())
        for land, number in zip(_COUNTRIES[::2], _COUNTRIES[1::2], strict=True)
    },
    **_DECLINES,
    **{f"visa_{name}": card for name, card in _DECLINES.items() if name != "radarBlock"},
    "chargeCustomerFail": TestCard("4000000000000341", charge=GENERIC),
    **_CHALLENGES,
    **_DISPUTED,
    **_CHECKED,
}
NUMBERS = {card.number: card for card in (*_MORE_NUMBERS, *CARDS.values())}

_DELAY = 180  # "after at least three minutes"
_SUCCEED = """
AT611904300234573201 BE62510007547061 DE89370400440532013000 ES0700120345030000067890
FR1420041010050500013M02606 IE29AIBK93115212345678 IT40S0542811101000000123456
LU280019400644750000 NL39RABO0300065264
""".split()
_FAILING = """
AT861904300235473202 BE68539007547034 DE62370400440532013001 ES9121000418450200051332
FR8420041010050500013M02607 IE02AIBK93115212345679 IT60X0542811101000000123456
LU980019400644750001 NL91ABNA0417164300
""".split()
_OTHERS = (
    TestAccount("DE08370400440532013003", delay=_DELAY),
    TestAccount("DE78370400440532013004", DEBIT_FAILED, _DELAY),
    TestAccount("DE65370400440002222227", DEBIT_FUNDS),
    TestAccount("DE35370400440532013002", dispute=Complaint("general", None)),
)
ACCOUNTS: dict[str, TestAccount] = {
    account.iban: account
    for account in (
        *(TestAccount(iban) for iban in _SUCCEED),
        *(TestAccount(iban, DEBIT_FAILED) for iban in _FAILING),
        *_OTHERS,
    )
}
ACCOUNT_TOKENS = {
    **{f"success_{iban[:2].lower()}": iban for iban in _SUCCEED},
    **{f"failed_{iban[:2].lower()}": iban for iban in _FAILING},
    "successDelayed_de": _OTHERS[0].iban,
    "failedDelayed_de": _OTHERS[1].iban,
    "insufficientFunds_de": _OTHERS[2].iban,
    "disputed_de": _OTHERS[3].iban,
}
# Documented, but about things that the sandbox does not have.
UNSUPPORTED = {
    "4000000000004954": "Radar's risk levels",
    "4000000000009235": "Radar's risk levels",
    "4000000000000044": "unavailable address checks",
    "4000000000007726": "refunds that take time",
    "4000000000005126": "refunds that fail",
}
UNSUPPORTED_TOKENS = {
    "avsUnchecked": "4000000000000044",
    "pendingRefund": "4000000000007726",
    "refundFail": "4000000000005126",
    "riskLevelElevated": "4000000000009235",
    "riskLevelHighest": "4000000000004954",
}
