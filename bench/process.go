package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Everything here is read from /proc, so it needs Linux.

// tick is the unit of CPU times in /proc; Linux shows all programs 100 a second.
const tick = 10 * time.Millisecond

// usage is CPU time spent so far: by the product, by its Postgres, by this program, and by the whole machine.
type usage struct {
	Product, Postgres, Bench, Machine time.Duration
}

func (u usage) minus(before usage) usage {
	return usage{u.Product - before.Product, u.Postgres - before.Postgres, u.Bench - before.Bench, u.Machine - before.Machine}
}

// foreign is what others on the machine used.
func (u usage) foreign() time.Duration { return max(0, u.Machine-u.Product-u.Postgres-u.Bench) }

// usageOf reads what a product and its Postgres have used. Backends that have ended are in their parent's account.
func usageOf(product int) (usage, error) {
	var u usage
	var err error
	if u.Product, _, err = cpuOf(product); err != nil {
		return u, err
	}
	if u.Bench, _, err = cpuOf(os.Getpid()); err != nil {
		return u, err
	}
	servers := postgresOf(product)
	for i, pid := range servers {
		own, reaped, err := cpuOf(pid)
		if err != nil {
			continue // it has just ended
		}
		u.Postgres += own
		if i == 0 {
			u.Postgres += reaped
		}
	}
	u.Machine, err = machineCPU()
	return u, err
}

// cpuOf is the CPU time of a process, and of children it has waited for.
func cpuOf(pid int) (own, reaped time.Duration, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("read CPU time: %w", err)
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // the name before it may hold blanks
	ticks := func(i int) time.Duration {
		n, _ := strconv.ParseInt(string(fields[i]), 10, 64) // the kernel writes numbers
		return time.Duration(n) * tick
	}
	return ticks(11) + ticks(12), ticks(13) + ticks(14), nil
}

// machineCPU is the time that all CPUs were not idle.
func machineCPU() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("read CPU time of the machine: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var busy time.Duration
	for i, field := range strings.Fields(line)[1:9] { // user nice system idle iowait irq softirq steal
		if i != 3 && i != 4 {
			n, _ := strconv.ParseInt(field, 10, 64)
			busy += time.Duration(n) * tick
		}
	}
	return busy, nil
}

// postgresOf are the Postgres processes of a product, the postmaster first.
func postgresOf(product int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		parent, _ := strconv.Atoi(string(fields[1]))
		children[parent] = append(children[parent], pid)
	}
	for _, pid := range children[product] {
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if strings.HasPrefix(string(name), "postgres") {
			return append([]int{pid}, children[pid]...)
		}
	}
	return nil
}

// memory is what processes hold, in MiB. Pages that Postgres processes share count once.
type memory struct {
	Product   float64 // resident
	Anonymous float64 // of that: heap and stacks, without pages of the binary
	Postgres  float64
	Backends  int
}

func memoryOf(product int) memory {
	status := fmt.Sprintf("/proc/%d/status", product)
	m := memory{Product: field(status, "VmRSS:"), Anonymous: field(status, "RssAnon:")}
	for _, pid := range postgresOf(product) {
		m.Backends++
		m.Postgres += field(fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss:")
	}
	return m
}

// field is a value of a file in /proc that is given in kB, in MiB; zero if it is not there.
func field(path, name string) float64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == name {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	return 0
}
