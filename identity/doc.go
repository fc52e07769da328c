// Package identity holds what proves who somebody is: passwords, kept as argon2id hashes that carry their own parameters,
// and tokens, kept as hashes of their random bytes. Neither a password nor a token can be read back from what is stored.
// What has to be read back is sealed under the house key, which lies outside the database: see [House].
//
// It knows no users and no database: package api asks it at the door, the command line when it makes users and tokens.
package identity
