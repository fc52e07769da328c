package temporal

import (
	"fmt"
	"maps"
	"net"
	"strconv"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"

	"closedloop/engine/postgres"
)

// clusterName is what the databases know this cluster by; it is for life.
const clusterName = "active"

// Connections per service and store. There are five services, and more
// connections only queue inside PostgreSQL (trust-and-speed §2.4).
const (
	historyConnections    = 10
	visibilityConnections = 4
)

// ports has a listening port for each service.
type ports map[primitives.ServiceName]int

// choosePorts takes the port clients asked for, which must be free, and free ones
// for the rest.
func choosePorts(frontend string) (ports, error) {
	chosen := ports{}
	taken := map[int]bool{}
	for _, service := range temporal.Services {
		name := primitives.ServiceName(service)
		address := "127.0.0.1:0"
		if name == primitives.FrontendService {
			address = frontend
		}
		for chosen[name] == 0 || taken[chosen[name]] {
			port, err := choosePort(address)
			if err != nil {
				return nil, fmt.Errorf("take a port for the engine's %s: %w", service, err)
			}
			chosen[name] = port
		}
		taken[chosen[name]] = true
	}
	return chosen, nil
}

// choosePort returns the port of an address, a free one for port 0.
func choosePort(address string) (int, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0, err
	}
	if port == "0" {
		return postgres.FreePort()
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (p ports) address(service primitives.ServiceName, host string) string {
	return net.JoinHostPort(host, strconv.Itoa(p[service]))
}

// configuration is the static part: one cluster, fixed hosts, two stores,
// nothing that listens beyond the loopback address.
func configuration(o *Options, db server, frontendHost string, p ports) *config.Config {
	services := map[string]config.Service{}
	for name, port := range p {
		host := "127.0.0.1"
		if name == primitives.FrontendService {
			host = frontendHost
		}
		// No HTTPPort: the gateway that speaks JSON stays off.
		services[string(name)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: host}}
	}
	disabled := config.Archival{
		History:    config.HistoryArchival{State: "disabled"},
		Visibility: config.VisibilityArchival{State: "disabled"},
	}
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: "127.0.0.1"},
			// PProf and Metrics stay empty, which is off.
		},
		Persistence: config.Persistence{
			DefaultStore:     "default",
			VisibilityStore:  "visibility",
			NumHistoryShards: o.HistoryShards,
			DataStores: map[string]config.DataStore{
				"default":    {SQL: db.store(o.Database, historyConnections)},
				"visibility": {SQL: db.store(o.VisibilityDatabase, visibilityConnections)},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {
					Enabled:                true,
					InitialFailoverVersion: 1,
					RPCAddress:             p.address(primitives.FrontendService, frontendHost),
				},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival:            disabled,
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
}

// store describes one database to the plugin.
func (s server) store(database string, connections int) *config.SQL {
	return &config.SQL{
		PluginName:        postgresql.PluginNamePGX,
		User:              s.user,
		Password:          s.password,
		DatabaseName:      database,
		ConnectAddr:       s.address,
		ConnectProtocol:   "tcp",
		ConnectAttributes: maps.Clone(s.attributes),
		MaxConns:          connections,
		MaxIdleConns:      connections,
		MaxConnLifetime:   time.Hour,
	}
}

// hosts replaces gossip: everybody is here. It also means that a second process
// on the same databases would not be noticed by the server.
func hosts(frontendHost string, p ports) map[primitives.ServiceName]static.Hosts {
	all := map[primitives.ServiceName]static.Hosts{}
	for name := range p {
		host := "127.0.0.1"
		if name == primitives.FrontendService {
			host = frontendHost
		}
		all[name] = static.SingleLocalHost(p.address(name, host))
	}
	return all
}

// dynamic are the settings of trust-and-speed §2.4; what is not named there has
// its reason here.
func dynamic(o *Options) dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		// An idle server with the defaults holds thousands of goroutines.
		dynamicconfig.TimerProcessorSchedulerWorkerCount.Key():      64,
		dynamicconfig.TransferProcessorSchedulerWorkerCount.Key():   64,
		dynamicconfig.VisibilityProcessorSchedulerWorkerCount.Key(): 64,
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():            8192,
		// One partition answers sooner at our size; both counts must be equal.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		dynamicconfig.HistoryCountSuggestContinueAsNew.Key():    1000,
		// A corrected deployment must be tried soon, not after ten minutes.
		dynamicconfig.WorkflowTaskRetryMaxInterval.Key():                 30 * time.Second,
		dynamicconfig.EnableCancelWorkerPollsOnShutdown.Key():            true,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 50,
		// The server would ask its makers for a newer version, over the network.
		dynamicconfig.EnableServerVersionCheck.Key(): false,
		// The server's own cleaners work once a day; sixteen pollers each only keep
		// an idle process busy. They also never end: the server forgets to stop
		// these workers, and every poller is a goroutine that stays.
		dynamicconfig.WorkerScannerMaxConcurrentActivityTaskPollers.Key(): 2,
		dynamicconfig.WorkerScannerMaxConcurrentWorkflowTaskPollers.Key(): 2,
		// For parents of thousands of children; ours have none.
		dynamicconfig.EnableParentClosePolicyWorker.Key(): false,
		// On two busy cores the detector's suspicion is often wrong, and the dump
		// of a whole process is long; it still logs what it suspects.
		dynamicconfig.DeadlockDumpGoroutines.Key(): false,
		// The clock of a workflow is that on the wall, except in tests.
		dynamicconfig.WorkflowTimeSkippingEnabled.Key(): o.TimeSkipping,
	}
}
