// A broker that speaks Kafka's protocol and keeps everything in memory: kfake PORT PARTITIONS TOPIC...
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

func main() {
	port, err := strconv.Atoi(os.Args[1])
	exitOn(err)
	partitions, err := strconv.Atoi(os.Args[2])
	exitOn(err)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.SeedTopics(int32(partitions), os.Args[3:]...))
	exitOn(err)
	fmt.Println("listening on", cluster.ListenAddrs())
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
	cluster.Close()
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
