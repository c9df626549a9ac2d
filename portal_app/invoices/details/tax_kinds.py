"""The kinds of tax id that are offered, by country: a table, and what checks a number of each.

Kinds are Stripe's (docs.stripe.com/billing/customer/tax-ids); numbers are checked by python-stdnum
before Stripe is asked. A country that is not here has none that we can check: none is offered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from stdnum.exceptions import ValidationError

# Northern Ireland trades goods under XI, which stdnum's `eu.vat` knows too.
_EU: Final = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK GB".split()
)
_VAT_PREFIX: Final = {"GR": "EL", "GB": "XI"}
Row = tuple[str, str, str, str, str]
# Stripe's type, countries, label, an example that passes, stdnum's module. It has none for South
# Africa's VAT numbers, of which only the form is checked.
_KINDS: Final[tuple[Row, ...]] = (
    ("gb_vat", "GB", "VAT number (UK)", "GB980780684", "gb.vat"),
    ("eu_vat", " ".join(_EU), "VAT number (EU)", "DE136695976", "eu.vat"),
    ("ad_nrt", "AD", "NRT", "U-132950-X", "ad.nrt"),
    ("ar_cuit", "AR", "CUIT", "20-05536168-2", "ar.cuit"),
    ("au_abn", "AU", "ABN", "51824753556", "au.abn"),
    ("br_cnpj", "BR", "CNPJ", "16.727.230/0001-97", "br.cnpj"),
    ("br_cpf", "BR", "CPF", "390.533.447-05", "br.cpf"),
    ("by_tin", "BY", "UNP", "200988541", "by.unp"),
    ("ca_gst_hst", "CA", "GST/HST number", "123026635RT0001", "ca.bn"),
    ("ca_bn", "CA", "Business number", "123026635", "ca.bn"),
    ("ch_vat", "CH LI", "VAT number (Switzerland)", "CHE-107.787.577 MWST", "ch.vat"),
    ("ch_uid", "CH LI", "UID", "CHE-100.155.212", "ch.uid"),
    ("cl_tin", "CL", "RUT", "12.531.909-2", "cl.rut"),
    ("cn_tin", "CN", "USCC", "91110000600037341L", "cn.uscc"),
    ("co_nit", "CO", "NIT", "213.123.432-1", "co.nit"),
    ("cr_tin", "CR", "Cédula jurídica", "3-101-999999", "cr.cpj"),
    ("cz_dic", "CZ", "DIČ", "25123891", "cz.dic"),
    ("de_stn", "DE", "Tax number (Steuernummer)", "18181508155", "de.stnr"),
    ("do_rcn", "DO", "RNC", "1-01-85004-3", "do.rnc"),
    ("ec_ruc", "EC", "RUC", "1792060346001", "ec.ruc"),
    ("es_cif", "ES", "CIF", "A13585625", "es.cif"),
    ("fr_siren", "FR", "SIREN", "552008443", "fr.siren"),
    ("fr_siret", "FR", "SIRET", "73282932000074", "fr.siret"),
    ("hr_oib", "HR", "OIB", "33392005961", "hr.oib"),
    ("id_npwp", "ID", "NPWP", "01.300.066.6-091.000", "id.npwp"),
    ("il_vat", "IL", "VAT number (Israel)", "516179157", "il.hp"),
    ("in_gst", "IN", "GSTIN", "27AAPFU0939F1ZV", "in_.gstin"),
    ("is_vat", "IS", "VAT number (Iceland)", "00621", "is_.vsk"),
    ("is_kt", "IS", "Kennitala", "450401-3150", "is_.kennitala"),
    ("it_cf", "IT", "Codice fiscale", "RCCMNL83S18D969H", "it.codicefiscale"),
    ("jp_cn", "JP", "Corporate number", "5835678256246", "jp.cn"),
    ("ke_pin", "KE", "PIN", "P051365947M", "ke.pin"),
    ("kr_brn", "KR", "Business registration number", "116-82-00276", "kr.brn"),
    ("ma_vat", "MA", "ICE", "001561191000066", "ma.ice"),
    ("mx_rfc", "MX", "RFC", "GODE561231GR8", "mx.rfc"),
    ("no_vat", "NO", "VAT number (Norway)", "995525828MVA", "no.mva"),
    ("nz_gst", "NZ", "GST number", "49091850", "nz.ird"),
    ("pe_ruc", "PE", "RUC", "20512333797", "pe.ruc"),
    ("pl_nip", "PL", "NIP", "8567346215", "pl.nip"),
    ("py_ruc", "PY", "RUC", "80028061-0", "py.ruc"),
    ("ro_tin", "RO", "CUI", "18547290", "ro.cui"),
    ("rs_pib", "RS", "PIB", "101134702", "rs.pib"),
    ("sg_uen", "SG", "UEN", "00192200M", "sg.uen"),
    ("sv_nit", "SV", "NIT", "0614-050707-104-8", "sv.nit"),
    ("tr_tin", "TR", "VKN", "4540536920", "tr.vkn"),
    ("tw_vat", "TW", "Unified business number", "00501503", "tw.ubn"),
    ("us_ein", "US", "EIN", "91-1144442", "us.ein"),
    ("uy_ruc", "UY", "RUT", "211003420017", "uy.rut"),
    ("ve_rif", "VE", "RIF", "V114702834", "ve.rif"),
    ("vn_tin", "VN", "MST", "0100233488", "vn.mst"),
    ("za_vat", "ZA", "VAT number (South Africa)", "4123456789", ""),
)
# How Stripe writes them where that is not stdnum's plain form.
_PUNCTUATED: Final = frozenset(
    "ad_nrt ar_cuit br_cnpj br_cpf ch_vat ch_uid cl_tin co_nit cr_tin do_rcn id_npwp is_kt kr_brn"
    " py_ruc sv_nit us_ein".split()
)
_WRITTEN: Final = {"gb_vat": "GB{}"}
# What stdnum's module lets pass besides.
_ONLY: Final = {"ca_gst_hst": r"\d{9}RT\d{4}", "ca_bn": r"\d{9}", "za_vat": r"4\d{9}"}


@dataclass(frozen=True, slots=True)
class TaxKind:
    """*kind* is Stripe's `type`, *example* a number as people write it."""

    kind: str
    countries: frozenset[str]
    label: str
    example: str
    module: str

    def normalised(self, typed: str, country: str) -> str | None:
        """*typed* as Stripe writes it, or None when it is no such number.

        A VAT number of the EU may leave out the prefix of *country*.
        """
        for candidate in self._readings(typed, country):
            number = self._checked(candidate)
            if number is not None:
                return number
        return None

    def _readings(self, typed: str, country: str) -> tuple[str, ...]:
        if self.kind != "eu_vat":
            return (typed,)
        # Greece's is EL; people write GR, and stdnum lets them.
        greek = re.sub(r"(?i)^\s*GR", "EL", typed)
        return greek, f"{_VAT_PREFIX.get(country, country)}{typed}"

    def _checked(self, typed: str) -> str | None:
        if not self.module:
            number = "".join(typed.split())
            return number if re.fullmatch(_ONLY[self.kind], number) else None
        module = _module(self.module)
        try:
            number = str(module.validate(typed))
        except ValidationError:
            return None
        if not re.fullmatch(_ONLY.get(self.kind, ".*"), number):
            return None
        written = str(module.format(number)) if self.kind in _PUNCTUATED else number
        return _WRITTEN.get(self.kind, "{}").format(written)


@lru_cache(maxsize=64)
def _module(name: str) -> Any:  # noqa: ANN401 -- each has `validate`, most have `format`
    return import_module(f"stdnum.{name}")


TAX_KINDS: Final = {
    kind: TaxKind(kind, frozenset(countries.split()), label, example, module)
    for kind, countries, label, example, module in _KINDS
}


def tax_kinds_of(country: str) -> list[TaxKind]:
    """What somebody with an address in *country* may have; the usual one first."""
    return [one for one in TAX_KINDS.values() if country in one.countries]
