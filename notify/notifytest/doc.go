// Package notifytest plays the services that package notify sends to: the bots of
// WeCom, DingTalk and Feishu, a receiver of webhooks, a mail server. Each checks
// what the real one checks and answers as it does, errors inside HTTP 200
// included, and can be told to misbehave.
//
// All of them listen on a free port of this machine and end with the test.
package notifytest
