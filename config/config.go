package config

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Config is everything that can be set about how closedloop runs.
//
// The comment above a field becomes its comment in config.example.yaml. Tags:
// mapstructure is the last part of the key, default the value when nobody says
// otherwise, range the lowest and highest value allowed, oneof the closed set.
type Config struct {
	// Directory of the private Postgres, the engine's secret, the house key and the
	// state file of `closedloop up`. Relative paths start at the working directory.
	DataDir string `mapstructure:"data_dir" default:"./data"`
	// Address of the API and its documentation. Anything but a loopback address
	// lets other machines in; put TLS in front of it.
	Listen string `mapstructure:"listen" default:"127.0.0.1:8080"`
	// Address of metrics and profiling, loopback only. Empty switches both off.
	AdminListen string `mapstructure:"admin_listen" default:""`

	// What the process writes to standard error.
	Log Log `mapstructure:"log"`
	// The key for what must not be read in a copy of the database.
	Secrets Secrets `mapstructure:"secrets"`
	// Where the event log and everything people read is kept.
	Database Database `mapstructure:"database"`
	// The engine that keeps order and time.
	Temporal Temporal `mapstructure:"temporal"`
	// How a worker takes work from the engine.
	Worker Worker `mapstructure:"worker"`
	// The workflow behind each key account.
	Account Account `mapstructure:"account"`
	// The loop that finds accounts whose wake-up was lost.
	Watchdog Watchdog `mapstructure:"watchdog"`
	// What collectors and reps owe on a working day.
	Quota Quota `mapstructure:"quota"`
	// Limits of the REST API.
	API API `mapstructure:"api"`
	// Where the bytes of uploaded documents lie.
	Files Files `mapstructure:"files"`
	// How the business works: steps, forms, gates, deadlines, approvals.
	Playbooks Playbooks `mapstructure:"playbooks"`
	// Office hours, holidays and make-up working days.
	Calendar Calendar `mapstructure:"calendar"`
	// Ways out of the house for notices. One that is not set up is off.
	Channels Channels `mapstructure:"channels"`
	// The monthly review of every team.
	Reviews Reviews `mapstructure:"reviews"`
	// The demo organisation that `closedloop up` creates on an empty database.
	Demo Demo `mapstructure:"demo"`
}

// Log says how much is logged and in which form.
type Log struct {
	// The least severe level that is still written.
	Level string `mapstructure:"level" default:"info" oneof:"debug info warn error"`
	// Form of a line: auto is text on a terminal and json everywhere else.
	Format string `mapstructure:"format" default:"auto" oneof:"auto text json"`
}

// Secrets says under which key the secrets of webhooks are sealed.
type Secrets struct {
	// A random text of 32 characters or more, the same in every process of an
	// installation and for as long as it lives. Empty: house.key in data_dir, made
	// at the first start. Keep it beside your backups, not in them: a restored copy
	// needs it, and who has both reads the secrets.
	Key Secret `mapstructure:"key" default:""`
	// File that holds the key, instead of key.
	KeyFile string `mapstructure:"key_file" default:""`
}

// minHouseKey is the shortest secrets.key, in bytes.
const minHouseKey = 32

// Database says which Postgres holds the product's data.
type Database struct {
	// postgres://user:password@host:port/database of a Postgres 15 to 18. Empty
	// means a private one in data_dir, which `closedloop up` starts and stops.
	URL Secret `mapstructure:"url" default:""`
	// File that holds the database URL, instead of url.
	URLFile string `mapstructure:"url_file" default:""`
	// Connections of the product's pool; the engine has pools of its own.
	MaxConns int `mapstructure:"max_conns" default:"16" range:"2..1000"`
	// When Postgres gives up on one statement. One attempt to record a command
	// is given up after 2s, so a value below that leaves it room to answer.
	StatementTimeout time.Duration `mapstructure:"statement_timeout" default:"1500ms" range:"100ms..1m"`
	// Directory of initdb, postgres and pg_ctl for the private Postgres. Empty
	// looks where the operating system puts them and takes the newest.
	BinDir string `mapstructure:"bin_dir" default:""`
}

// Temporal says which engine to use.
type Temporal struct {
	// host:port of a Temporal frontend. Empty means the server inside
	// `closedloop up`.
	Address string `mapstructure:"address" default:""`
	// Namespace of all workflows.
	Namespace string `mapstructure:"namespace" default:"closedloop"`
	// API key of Temporal Cloud; needs tls.enabled.
	APIKey Secret `mapstructure:"api_key" default:""`
	// File that holds the API key, instead of api_key.
	APIKeyFile string `mapstructure:"api_key_file" default:""`
	// File with the bearer secret of an engine embedded in another process, as
	// `closedloop up --only-engine` writes it to its data directory.
	SecretFile string `mapstructure:"secret_file" default:""`
	// Encryption of the connection to the engine.
	TLS TLS `mapstructure:"tls"`
}

// TLS says how the connection to an external engine is encrypted.
type TLS struct {
	// Encrypt the connection. The other keys of this section need it.
	Enabled bool `mapstructure:"enabled" default:"false"`
	// PEM file of the authorities to trust; empty trusts those of the system.
	CAFile string `mapstructure:"ca_file" default:""`
	// PEM file of our certificate, when the engine asks for one.
	CertFile string `mapstructure:"cert_file" default:""`
	// PEM file of the certificate's key.
	KeyFile string `mapstructure:"key_file" default:""`
	// Name expected in the engine's certificate, if it is not the host of
	// temporal.address.
	ServerName string `mapstructure:"server_name" default:""`
}

// Worker says how much a worker process takes on at once. Fixed numbers, since
// tuning by processor load oscillates beside a Postgres on the same machine.
type Worker struct {
	// How long work in hand may take to finish when the process stops.
	StopTimeout time.Duration `mapstructure:"stop_timeout" default:"10s" range:"100ms..5m"`
	// Open polls for workflow tasks; more than the commands offered at once keep
	// each of them from waiting.
	WorkflowPollers int `mapstructure:"workflow_pollers" default:"8" range:"2..100"`
	// Open polls for activity tasks.
	ActivityPollers int `mapstructure:"activity_pollers" default:"4" range:"1..100"`
	// Workflow tasks in hand at once.
	WorkflowSlots int `mapstructure:"workflow_slots" default:"40" range:"2..1000"`
	// Activities in hand at once.
	ActivitySlots int `mapstructure:"activity_slots" default:"40" range:"1..1000"`
	// Commands being judged and recorded at once.
	LocalActivitySlots int `mapstructure:"local_activity_slots" default:"40" range:"1..1000"`
	// Accounts kept in memory between commands, about 4000 for each GiB; the
	// others are rebuilt from their history when a command comes.
	StickyCache int `mapstructure:"sticky_cache" default:"4000" range:"0..10000"`
}

// Account holds the limits of one account's workflow run. The upper ends keep
// far from the engine's own limits of 2000 updates and 51200 events per run.
type Account struct {
	// Commands after which the workflow rolls over into a new run.
	MaxUpdates int `mapstructure:"max_updates" default:"500" range:"1..500"`
	// History events after which the workflow rolls over into a new run.
	MaxEvents int `mapstructure:"max_events" default:"1000" range:"20..1000"`
	// When a workflow that was started but never opened ends by itself.
	UnopenedAfter time.Duration `mapstructure:"unopened_after" default:"1m" range:"100ms..1h"`
}

// Quota is how many leads are owed, and when too few become a matter for the manager.
type Quota struct {
	// Leads that a collector or rep owes on a working day.
	PerDay int `mapstructure:"per_day" default:"1" range:"1..100"`
	// Working days in a row with too few after which the manager is asked for the reason.
	Streak int `mapstructure:"streak" default:"3" range:"1..60"`
	// Working days that the manager has for the reason, and then the station head for the decision.
	AnswerWorkingDays int `mapstructure:"answer_working_days" default:"2" range:"1..60"`
}

// Watchdog says how soon a lost wake-up is noticed.
type Watchdog struct {
	// Pause between two looks at all open accounts.
	Interval time.Duration `mapstructure:"interval" default:"1m" range:"100ms..1h"`
	// How late a wake-up may be before the watchdog steps in.
	Grace time.Duration `mapstructure:"grace" default:"1m" range:"100ms..1h"`
}

// API holds the limits of the REST interface.
type API struct {
	// How long a caller waits for an answer; after that the command goes on and
	// the caller is told to ask again under the same key.
	RequestTimeout time.Duration `mapstructure:"request_timeout" default:"10s" range:"100ms..1m"`
	// Largest request body in bytes (1 MiB).
	BodyLimit int64 `mapstructure:"body_limit" default:"1048576" range:"1024..16777216"`
	// Largest uploaded lead sheet in bytes (20 MiB).
	UploadLimit int64 `mapstructure:"upload_limit" default:"20971520" range:"1024..104857600"`
	// How long a login lasts.
	SessionTTL time.Duration `mapstructure:"session_ttl" default:"12h" range:"1m..720h"`
	// How long a token of `closedloop token create` lasts (90 days).
	TokenTTL time.Duration `mapstructure:"token_ttl" default:"2160h" range:"1m..8760h"`
	// Address people use, for links and cookies: https://closedloop.example.com.
	// Empty means http:// and the address of listen.
	PublicURL string `mapstructure:"public_url" default:""`
	// How long a link in a message lasts by which an approver decides without
	// logging in. It ends earlier when the request does not wait any more.
	DecisionLinkTTL time.Duration `mapstructure:"decision_link_ttl" default:"72h" range:"1m..720h"`
	// Commands on their way at once; more are answered 429.
	MaxInFlight int `mapstructure:"max_in_flight" default:"64" range:"1..1024"`
	// Commands on their way at once for one account; the engine takes 10.
	MaxInFlightPerAccount int `mapstructure:"max_in_flight_per_account" default:"4" range:"1..10"`
}

// Files says where the bytes of uploaded documents lie and how large they may
// be. Bytes that are there already stay where they are when this changes; both
// places are read.
type Files struct {
	// postgres keeps them in the database, where every backup has them; directory
	// keeps them beside it and the database small.
	Store string `mapstructure:"store" default:"postgres" oneof:"postgres directory"`
	// Directory for them, with store: directory. Every api and worker process
	// must see the same one. Empty means files below data_dir. With store:
	// postgres it is only read: name the one that was used before.
	Directory string `mapstructure:"directory" default:""`
	// Largest document in bytes (20 MiB).
	MaxBytes int64 `mapstructure:"max_bytes" default:"20971520" range:"1024..20971520"`
}

// Place is the directory of an installation that keeps its data in dataDir;
// empty without one. New files go there unless they are InDatabase.
func (f Files) Place(dataDir string) string {
	switch {
	case f.Directory != "":
		return f.Directory
	case f.InDatabase():
		return ""
	}
	return filepath.Join(dataDir, "files")
}

// InDatabase tells whether new files go into the database.
func (f Files) InDatabase() bool { return f.Store != "directory" }

// Reviews says when monthly reviews are due. They belong to teams and not to
// accounts, so no playbook says it.
type Reviews struct {
	// Working days of the next month within which the chair signs the review of a
	// month; later ones are late.
	DueWorkingDays int `mapstructure:"due_working_days" default:"10" range:"1..22"`
	// Working days before that on which the chair is reminded.
	RemindWorkingDays int `mapstructure:"remind_working_days" default:"3" range:"0..20"`
}

// Playbooks says where the rules of the business come from.
type Playbooks struct {
	// Directory of playbook files that replace shipped ones of the same name and
	// add others. Empty means the shipped ones alone.
	Dir string `mapstructure:"dir" default:""`
	// Playbook of an account that was opened without naming one.
	Default string `mapstructure:"default" default:"express"`
}

// Calendar says where working time comes from.
type Calendar struct {
	// Directory of calendar files, one a year, that replace the shipped ones.
	// Empty means the shipped ones alone. The time zone is part of the data.
	Dir string `mapstructure:"dir" default:""`
}

// Channels says over which ways notices leave the house. People choose among
// those that are set up here; nothing goes out that nobody has chosen.
type Channels struct {
	// Language of messages to people who have chosen none.
	Language string `mapstructure:"language" default:"zh" oneof:"zh en"`
	// Letters to people.
	Mail Mail `mapstructure:"mail"`
	// The group bot of WeCom; everybody in its group reads along.
	WeCom WeCom `mapstructure:"wecom"`
	// The group bot of DingTalk.
	DingTalk Bot `mapstructure:"dingtalk"`
	// The group bot of Feishu.
	Feishu Bot `mapstructure:"feishu"`
	// Signed calls to other systems.
	Webhooks Webhooks `mapstructure:"webhooks"`
	// Whom bots and webhooks may call.
	HTTP Outward `mapstructure:"http"`
}

// Mail says which server takes letters.
type Mail struct {
	// Name of the mail server. Empty: no mail.
	Host string `mapstructure:"host" default:""`
	// Port; 0 means 587, or 465 with security: tls.
	Port int `mapstructure:"port" default:"0" range:"0..65535"`
	// starttls begins in the clear and refuses to stay there, tls encrypts from
	// the first byte, insecure_none connects to this machine alone.
	Security string `mapstructure:"security" default:"starttls" oneof:"starttls tls insecure_none"`
	// User to log in as. Empty: no login.
	User string `mapstructure:"user" default:""`
	// Password; many providers want one of its own for programs (授权码).
	Password Secret `mapstructure:"password" default:""`
	// File that holds the password, instead of password.
	PasswordFile string `mapstructure:"password_file" default:""`
	// Address that letters come from, with or without a name. Needed with host.
	From string `mapstructure:"from" default:""`
	// Domains that letters may go to, such as example.com, separated by blanks;
	// empty lets people enter any address. Letters name customers.
	Domains string `mapstructure:"domains" default:""`
	// Letters a minute that the server takes; 0 sets no limit.
	PerMinute int `mapstructure:"per_minute" default:"0" range:"0..10000"`
	// PEM file of the authorities to trust; empty trusts those of the system.
	CAFile string `mapstructure:"ca_file" default:""`
}

// WeCom says which group bot to use.
type WeCom struct {
	// Key from the bot's address. Empty: no WeCom.
	Key Secret `mapstructure:"key" default:""`
	// File that holds the key, instead of key.
	KeyFile string `mapstructure:"key_file" default:""`
	// Scheme and host of the service, where it is not the public one.
	Base string `mapstructure:"base" default:""`
}

// Bot says which group bot to use.
type Bot struct {
	// Token from the bot's address. Empty: the channel is off.
	Key Secret `mapstructure:"key" default:""`
	// File that holds the token, instead of key.
	KeyFile string `mapstructure:"key_file" default:""`
	// Secret that signs; empty when the bot is protected by a keyword or by
	// addresses.
	Secret Secret `mapstructure:"secret" default:""`
	// File that holds the secret, instead of secret.
	SecretFile string `mapstructure:"secret_file" default:""`
	// Scheme and host of the service, where it is not the public one.
	Base string `mapstructure:"base" default:""`
}

// Webhooks says whether other systems may be called at all.
type Webhooks struct {
	// Let administrators set up webhooks.
	Enabled bool `mapstructure:"enabled" default:"true"`
}

// Outward says whom bots and webhooks may call. Addresses inside protected
// networks are refused as the connection is made, whatever their names say.
type Outward struct {
	// Networks that may be called although they are protected, such as
	// 10.1.0.0/16, separated by blanks. Metadata services never are.
	Allow string `mapstructure:"allow" default:""`
	// Ports that may be called, separated by blanks.
	Ports string `mapstructure:"ports" default:"443"`
	// PEM file of the authorities to trust; empty trusts those of the system.
	CAFile string `mapstructure:"ca_file" default:""`
	// How long a whole call may take.
	Timeout time.Duration `mapstructure:"timeout" default:"10s" range:"1s..1m"`
}

// Networks are those of Allow.
func (o Outward) Networks() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, word := range strings.Fields(o.Allow) {
		network, err := netip.ParsePrefix(word)
		if err != nil {
			return nil, fmt.Errorf("%q is no network", word)
		}
		all = append(all, network)
	}
	return all, nil
}

// PortNumbers are those of Ports.
func (o Outward) PortNumbers() ([]uint16, error) {
	var all []uint16
	for _, word := range strings.Fields(o.Ports) {
		port, err := strconv.ParseUint(word, 10, 16)
		if err != nil || port == 0 {
			return nil, fmt.Errorf("%q is no port", word)
		}
		all = append(all, uint16(port))
	}
	if len(all) == 0 {
		return nil, errors.New("no port")
	}
	return all, nil
}

// Demo says whether an empty database is filled for newcomers.
type Demo struct {
	// Create the demo organisation on an empty database. Its password is known,
	// so it is refused when listen lets other machines in.
	Enabled bool `mapstructure:"enabled" default:"true"`
	// Password of all demo logins, 8 characters or more.
	Password Secret `mapstructure:"password" default:"closedloop-demo"`
	// File that holds the demo password, instead of password.
	PasswordFile string `mapstructure:"password_file" default:""`
}
