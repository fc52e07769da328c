package postgres

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

const loopback = "127.0.0.1"

// Ports are chosen below the ranges from which systems take the source ports of
// outgoing connections (Linux from 32768, macOS from 49152). Inside them a
// client that keeps dialling a server which is just restarting may get that very
// port as its own and keep the server from coming back.
const (
	firstPort = 20000
	lastPort  = 31999
)

// FreePort returns a port on 127.0.0.1 that nobody listens on at this moment, for
// a server that will listen there in the next.
func FreePort() (int, error) {
	for range 200 {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if isFree(port) {
			return port, nil
		}
	}
	return 0, errors.New("find a free port on 127.0.0.1: 200 were taken")
}

func isFree(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
