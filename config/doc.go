// Package config turns defaults, a YAML file, the environment and a few flags
// into one checked Config.
//
// Every setting is a field of Config. Its place in the struct is its key
// (worker.stop_timeout), the key is its environment variable
// (CLOSEDLOOP_WORKER_STOP_TIMEOUT), and its tags hold default and allowed
// range; so the struct is the only place to add a setting, and
// config.example.yaml is written from it:
//
//	make config.example.yaml
//
// Later sources win: default, file, environment, flag. The default run needs
// neither file nor environment. What nobody reads is refused rather than
// ignored: an unknown key in the file, an unknown CLOSEDLOOP_ variable. All
// problems are reported together, each with key, value and what is allowed.
//
// A Secret has a twin ending in _file that names a file holding it; printed in
// any way, a Secret shows asterisks.
//
// Only the command imports this package. Every other package declares its own
// Options and is handed values: settings say how the program runs, playbooks
// say how the business works, so no deadline in days is found here.
package config
