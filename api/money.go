package api

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"closedloop/api/catalogue"
)

// decimals are the currencies we keep amounts in, with the digits after the point (ISO 4217).
func decimals() map[string]int {
	return map[string]int{"CNY": 2, "HKD": 2, "MOP": 2, "TWD": 2, "USD": 2, "EUR": 2, "GBP": 2, "SGD": 2, "JPY": 0, "KRW": 0}
}

// homeCurrency is meant when an amount names none.
const homeCurrency = "CNY"

var amountForm = regexp.MustCompile(`^(\d{1,15})(?:\.(\d{1,2}))?$`)

// parseAmount reads a decimal string into minor units. Nothing written and no currency is no amount.
func parseAmount(amount, currency string) (minor int64, unit string, err error) {
	if amount == "" && currency == "" {
		return 0, "", nil
	}
	if currency == "" {
		currency = homeCurrency
	}
	digits, ok := decimals()[currency]
	if !ok {
		return 0, "", wrong(catalogue.UnknownCurrency, "/currency", currency)
	}
	m := amountForm.FindStringSubmatch(amount)
	if m == nil || len(m[2]) > digits {
		return 0, "", wrong(catalogue.InvalidAmount, "/amount")
	}
	minor, err = strconv.ParseInt(m[1]+m[2]+strings.Repeat("0", digits-len(m[2])), 10, 64)
	if err != nil {
		return 0, "", wrong(catalogue.InvalidAmount, "/amount")
	}
	return minor, currency, nil
}

// Money writes minor units of a currency as people read them, such as 1,250,000.00 CNY; empty without a currency.
func Money(minor int64, currency string) string {
	if currency == "" {
		return ""
	}
	return grouped(formatAmount(minor, currency)) + " " + currency
}

// formatAmount writes minor units as a decimal string; empty without a currency.
func formatAmount(minor int64, currency string) string {
	digits, ok := decimals()[currency]
	if !ok {
		return ""
	}
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	if digits == 0 {
		return sign + strconv.FormatInt(minor, 10)
	}
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	return fmt.Sprintf("%s%d.%0*d", sign, minor/unit, digits, minor%unit)
}
