// Command go_peer checks logs with Go's own implementation of the formats,
// golang.org/x/mod/sumdb/note and .../tlog, which shares no code with this project.
//
// Each argument is a JSON file that holds a log; the output has a line for each,
// "ok" or "failed: " and what is wrong.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Log is what the log under test answered.
type Log struct {
	SignerKey   string        // signs the same checkpoints again; may be empty
	VerifierKey string        // verifies them
	Entries     [][]byte      // the leaves, in order
	Checkpoints []string      // signed notes of sizes 0, 1, 2, ...
	Inclusion   []Inclusion   // proof files
	Consistency []Consistency // proofs between two sizes
	Signatures  []Signature   // Ed25519 signatures with the answer expected of us
}

// An Inclusion is the proof file (c2sp.org/tlog-proof) of one entry.
type Inclusion struct {
	Index int64
	Size  int64
	File  string
}

// A Consistency is the proof that the tree of Old entries begins the one of New entries.
type Consistency struct {
	Old, New int64
	Hashes   [][]byte
}

// A Signature is one on which implementations of Ed25519 may differ.
type Signature struct {
	Name                    string
	Key, Message, Signature string // hexadecimal
	Valid                   bool
}

func main() {
	for _, file := range os.Args[1:] {
		if err := checkFile(file); err != nil {
			fmt.Printf("failed: %v\n", err)
		} else {
			fmt.Println("ok")
		}
	}
}

func checkFile(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var log Log
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&log); err != nil {
		return err
	}
	verifier, err := note.NewVerifier(log.VerifierKey)
	if err != nil {
		return fmt.Errorf("verifier key: %v", err)
	}
	roots, err := checkCheckpoints(&log, verifier)
	if err != nil {
		return err
	}
	for _, proof := range log.Inclusion {
		if err := checkInclusion(&log, verifier, proof); err != nil {
			return fmt.Errorf("inclusion of %d in %d: %v", proof.Index, proof.Size, err)
		}
	}
	for _, proof := range log.Consistency {
		hashes, err := toHashes(proof.Hashes)
		if err == nil {
			err = tlog.CheckTree(tlog.TreeProof(hashes), proof.New, roots[proof.New], proof.Old, roots[proof.Old])
		}
		if err != nil {
			return fmt.Errorf("consistency of %d with %d: %v", proof.Old, proof.New, err)
		}
	}
	return checkSignatures(log.Signatures)
}

// checkCheckpoints verifies every checkpoint, compares its root with the one of
// the entries, and answers the roots by size.
func checkCheckpoints(log *Log, verifier note.Verifier) ([]tlog.Hash, error) {
	if len(log.Checkpoints) != len(log.Entries)+1 {
		return nil, errors.New("there is not one checkpoint for each size")
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	var roots []tlog.Hash
	for size := range log.Checkpoints {
		if size > 0 {
			added, err := tlog.StoredHashes(int64(size-1), log.Entries[size-1], reader)
			if err != nil {
				return nil, err
			}
			stored = append(stored, added...)
		}
		signed, root, err := openCheckpoint(log.Checkpoints[size], verifier)
		if err != nil {
			return nil, fmt.Errorf("checkpoint %d: %v", size, err)
		}
		if signed != int64(size) {
			return nil, fmt.Errorf("checkpoint %d is one of size %d", size, signed)
		}
		if size > 0 { // x/mod has no root for an empty tree
			derived, err := tlog.TreeHash(int64(size), reader)
			if err != nil {
				return nil, err
			}
			if derived != root {
				return nil, fmt.Errorf("checkpoint %d has another root than its entries", size)
			}
		}
		if log.SignerKey != "" {
			if err := checkSignedAgain(log.SignerKey, log.Checkpoints[size]); err != nil {
				return nil, fmt.Errorf("checkpoint %d: %v", size, err)
			}
		}
		roots = append(roots, root)
	}
	return roots, nil
}

func openCheckpoint(text string, verifier note.Verifier) (int64, tlog.Hash, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return 0, tlog.Hash{}, errors.New("the text is not origin, size and root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return 0, tlog.Hash{}, errors.New("the size is not a decimal number")
	}
	root, err := tlog.ParseHash(lines[2])
	return size, root, err
}

// checkSignedAgain compares a checkpoint with what Go signs with the same key.
func checkSignedAgain(key, text string) error {
	signer, err := note.NewSigner(key)
	if err != nil {
		return err
	}
	body := text[:strings.LastIndex(text, "\n\n")+1]
	again, err := note.Sign(&note.Note{Text: body}, signer)
	if err == nil && string(again) != text {
		err = errors.New("signed with the same key it reads differently")
	}
	return err
}

func checkInclusion(log *Log, verifier note.Verifier, proof Inclusion) error {
	split := strings.Index(proof.File, "\n\n")
	if split < 0 {
		return errors.New("the proof file has no empty line")
	}
	lines := strings.Split(proof.File[:split], "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", proof.Index) {
		return errors.New("the proof file begins otherwise")
	}
	var hashes []tlog.Hash
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		if base64.StdEncoding.EncodeToString(hash[:]) != line {
			return errors.New("a hash has another spelling")
		}
		hashes = append(hashes, hash)
	}
	size, root, err := openCheckpoint(proof.File[split+2:], verifier)
	if err != nil {
		return err
	}
	if size != proof.Size {
		return fmt.Errorf("its checkpoint is one of size %d", size)
	}
	leaf := tlog.RecordHash(log.Entries[proof.Index])
	return tlog.CheckRecord(tlog.RecordProof(hashes), size, root, proof.Index, leaf)
}

func toHashes(list [][]byte) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, content := range list {
		var hash tlog.Hash
		if copy(hash[:], content) != tlog.HashSize || len(content) != tlog.HashSize {
			return nil, errors.New("a hash is not 32 bytes long")
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func checkSignatures(list []Signature) error {
	for _, one := range list {
		key, err1 := hex.DecodeString(one.Key)
		message, err2 := hex.DecodeString(one.Message)
		signature, err3 := hex.DecodeString(one.Signature)
		if err1 != nil || err2 != nil || err3 != nil {
			return errors.New("a signature is not hexadecimal")
		}
		if ed25519.Verify(ed25519.PublicKey(key), message, signature) != one.Valid {
			return fmt.Errorf("signature %q: Go does not answer %v", one.Name, one.Valid)
		}
	}
	return nil
}
