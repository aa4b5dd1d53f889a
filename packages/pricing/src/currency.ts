/** A known ISO 4217 code in upper case, such as `USD`. */
export type Currency = string;

/**
 * Active codes of ISO 4217 list one, by the number of decimals of their minor unit.
 *
 * Source: ISO 4217:2015 list one (SIX Financial Information, maintenance agency), as of 2026-01-01: with XCG for ANG,
 * ZWG for ZWL, SLE for SLL, VED beside VES, and without BGN and HRK, which became EUR. The standard's digits, not those
 * of CLDR, which rounds away minor units that merchants still write (ISO: IQD 3, HUF 2, TWD 2).
 * Left out on purpose, as nothing is sold in them: metals (XAU, XAG, XPT, XPD), units of account and bond units (XDR,
 * XSU, XUA, XAD, XBA to XBD), testing (XTS) and no currency (XXX).
 */
const codesByDigits: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY ' +
    'COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS ' +
    'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR ' +
    'MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP ' +
    'STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const digitsByCode: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByDigits).flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, Number(digits)])),
);

/** Every currency that prices may be in, in alphabetical order. */
export const currencies: readonly Currency[] = [...digitsByCode.keys()].sort();

/** Whether `code` is a currency that prices may be in: exact, upper case. */
export function isCurrency(code: string): boolean {
  return digitsByCode.has(code);
}

/**
 * How many decimals the currency's minor unit has: 2 for USD, 0 for JPY, 3 for KWD, 4 for CLF.
 *
 * @throws RangeError for an unknown currency; check with `isCurrency` where the code comes from outside.
 */
export function currencyDigits(currency: Currency): number {
  const digits = digitsByCode.get(currency);
  if (digits === undefined) throw new RangeError(`unknown currency ${JSON.stringify(currency.slice(0, 16))}`);
  return digits;
}
