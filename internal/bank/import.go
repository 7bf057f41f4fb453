package bank

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/imports"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// Imports are those of bank statements.
func (s *Service) Imports() imports.Kind {
	return imports.Kind{Name: "bank_import", Table: Table, Chunk: importChunk, Page: "/ops/bank/import", Check: s.checkRows, Take: s.takeRows}
}

// importChunk is how many rows are taken in by one transaction, which holds their orders.
const importChunk = 50

// Lengths in characters.
const (
	maxPayer = 120
	maxMemo  = 500
)

// Table describes a statement.
var Table = spreadsheet.Table{Name: "银行流水 bank statement", Columns: []spreadsheet.Column{
	{Key: "bank_reference", Zh: "流水号", En: "Bank reference", Required: true, Example: "B20260105000001", Note: "每笔唯一，重复导入只记一次", Check: checkReference},
	{Key: "paid_at", Zh: "交易时间", En: "Paid at", Required: true, Example: "2026-01-05 09:30:00", Note: "北京时间", Check: checkTime},
	{Key: "payer_name", Zh: "付款户名", En: "Payer name", Required: true, Example: "示例企业", Check: lineOf(maxPayer)},
	{Key: "payer_account", Zh: "付款账号", En: "Payer account", Required: true, Example: "6222020000000000", Check: checkAccount},
	{Key: "amount", Zh: "金额（元）", En: "Amount in yuan", Required: true, Example: "199.00", Note: "收入金额，两位小数", Check: checkAmount},
	{Key: "memo", Zh: "附言", En: "Memo", Example: "ZQ23456789", Note: "付款人填写的汇款码", Check: lineOf(maxMemo)},
}}

type problem = spreadsheet.Problem

var (
	accountNumber = regexp.MustCompile(`^\d{8,32}$`)
	yuan          = regexp.MustCompile(`^[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2})0*)?$`)
	timeForms     = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly, "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2"}
)

func lineOf(most int) func(string) problem {
	return func(value string) problem {
		switch {
		case utf8.RuneCountInString(value) > most:
			return problem{Code: "too_long", En: fmt.Sprintf("must have at most %d characters", most), Zh: fmt.Sprintf("最多 %d 个字符", most)}
		case !fault.IsLine(value):
			return problem{Code: "invalid", En: "must be a line of text", Zh: "必须是一行文字"}
		}
		return problem{}
	}
}

func checkReference(value string) problem {
	if IsReference(value) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be 1 to 64 letters and digits", Zh: "应为 1 至 64 位字母或数字"}
}

func checkAccount(value string) problem {
	if accountNumber.MatchString(bare(value)) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must have 8 to 32 digits", Zh: "应为 8 至 32 位数字"}
}

func bare(account string) string { return strings.NewReplacer(" ", "", "-", "").Replace(account) }

func checkTime(value string) problem {
	if _, ok := readTime(value); ok {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be a time such as 2026-01-05 09:30:00", Zh: "应为时间，例如 2026-01-05 09:30:00"}
}

func readTime(value string) (clock.Millis, bool) {
	for _, form := range timeForms {
		if at, err := time.ParseInLocation(form, value, clock.Shanghai); err == nil && at.Year() >= 2000 && at.Year() < 2200 {
			return clock.FromTime(at), true
		}
	}
	return 0, false
}

func checkAmount(value string) problem {
	if _, ok := readYuan(value); ok {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be an amount above 0 in yuan, such as 199.00", Zh: "应为大于 0 的金额（元），例如 199.00"}
}

func readYuan(value string) (money.Fen, bool) {
	parts := yuan.FindStringSubmatch(value)
	if parts == nil {
		return 0, false
	}
	whole, err := strconv.ParseInt(strings.ReplaceAll(parts[1], ",", ""), 10, 64)
	fen, _ := strconv.ParseInt((parts[2] + "00")[:2], 10, 64)
	total := money.Fen(whole*100 + fen)
	return total, err == nil && total > 0 && whole < 1e12
}

// rowOf reads a row whose cells are right.
func rowOf(r spreadsheet.Row) Row {
	at, _ := readTime(r.Get("paid_at"))
	amount, _ := readYuan(r.Get("amount"))
	return Row{BankDay: at.Day(), BankReference: r.Get("bank_reference"), PaidAt: at, AmountFen: amount,
		Payer: Payer{Name: r.Get("payer_name"), Account: bare(r.Get("payer_account")), Memo: r.Get("memo")}}
}

// checkRows compares the rows with each other, and with what is there. The same payment
// twice is one payment; another under the same reference is an error, and so is one that
// pays an order of the importer's own.
func (s *Service) checkRows(view *gorm.DB, asked imports.Asked, rows []spreadsheet.Row, result *imports.Result) error {
	report := &result.Report
	if report.Total > 0 { // a cell cannot be read
		return nil
	}
	today := s.db.Now().Day()
	closed, err := closedDays(view, rows)
	if err != nil {
		return err
	}
	there, err := known(view, rows)
	if err != nil {
		return err
	}
	own, err := ownRows(view, asked.By.UserID, rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		now := rowOf(r)
		before, seen := there[now.BankReference]
		switch {
		case seen && !before.says(now):
			report.Add(r.Number, Table.Title("bank_reference"), problem{Code: "reference_reused", En: "another payment has this reference", Zh: "此流水号已用于另一笔交易"})
		case seen:
			result.Count("repeated", 1)
		case now.BankDay > today:
			report.Add(r.Number, Table.Title("paid_at"), problem{Code: "in_future", En: "the day has not come yet", Zh: "日期在未来"})
		case slices.Contains(closed, now.BankDay):
			report.Add(r.Number, Table.Title("paid_at"), problem{Code: "day_closed", En: "this day is closed", Zh: "该日已日结，不能再记入"})
		case slices.Contains(own, r.Number):
			report.Add(r.Number, Table.Title("memo"), problem{Code: org.ErrOwnRequest.Code, En: "it pays an order of your own, or of an organisation of yours: somebody else takes it in", Zh: "此笔支付的是您本人或您所在单位的订单，请由其他人导入"})
		}
		if !seen {
			there[now.BankReference] = now
		}
	}
	return nil
}

// ownRows are the numbers of the rows that pay an order of the user's own.
func ownRows(view *gorm.DB, userID id.ID, rows []spreadsheet.Row) ([]int, error) {
	var numbers []int
	for chunk := range slices.Chunk(rows, 500) {
		said := make([]Row, len(chunk))
		for i, r := range chunk {
			said[i] = rowOf(r)
		}
		if _, err := name(view, said); err != nil {
			return nil, err
		}
		paid, err := purchasesOf(view, said...)
		if err != nil {
			return nil, err
		}
		own, err := ownOf(view, userID, paid)
		if err != nil {
			return nil, err
		}
		for i, r := range chunk {
			if slices.ContainsFunc(own, said[i].isFor) {
				numbers = append(numbers, r.Number)
			}
		}
	}
	return numbers, nil
}

// says tells whether both rows are the same payment.
func (r Row) says(other Row) bool { return r.PaidAt == other.PaidAt && r.AmountFen == other.AmountFen }

func closedDays(view *gorm.DB, rows []spreadsheet.Row) ([]string, error) {
	var days []string
	for _, r := range rows {
		days = append(days, rowOf(r).BankDay)
	}
	slices.Sort(days)
	var closed []string
	err := view.Model(&Day{}).Where("bank_day IN ? AND closed_at IS NOT NULL", slices.Compact(days)).Pluck("bank_day", &closed).Error
	return closed, err
}

func known(view *gorm.DB, rows []spreadsheet.Row) (map[string]Row, error) {
	there := map[string]Row{}
	for chunk := range slices.Chunk(rows, 500) {
		var references []string
		for _, r := range chunk {
			references = append(references, r.Get("bank_reference"))
		}
		var found []Row
		if err := view.Where("bank_reference IN ?", references).Find(&found).Error; err != nil {
			return nil, err
		}
		for _, r := range found {
			there[r.BankReference] = r
		}
	}
	return there, nil
}

// takeRows takes rows of a file in.
func (s *Service) takeRows(tx *storage.Tx, asked imports.Asked, rows []spreadsheet.Row, result *imports.Result) error {
	all := make([]Row, len(rows))
	for i, r := range rows {
		all[i] = rowOf(r)
	}
	t, err := s.take(tx, asked.By, distinct(all))
	result.Count("added", t.added)
	result.Count("matched", t.matched)
	result.Count("repeated", len(rows)-t.added)
	return err
}

// distinct leaves out rows that repeat one before them.
func distinct(rows []Row) []Row {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool {
		twice := seen[r.BankReference]
		seen[r.BankReference] = true
		return twice
	})
}
