// Command go_tile_reader verifies a log that is published as files (c2sp.org/tlog-tiles)
// with Go's own implementation of trees and notes, golang.org/x/mod/sumdb/tlog and .../note.
//
//	go_tile_reader VERIFIER-KEY FOLDER [OLDER-CHECKPOINT ...]
//
// From nothing but the folder it verifies the signature of its checkpoint, that every entry of
// every bundle is in the tree, and, for every pair of the checkpoints, that the larger one
// continues the smaller one. The paths are those of tlog-tiles, which x/mod does not use.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: go_tile_reader VERIFIER-KEY FOLDER [OLDER-CHECKPOINT ...]")
		os.Exit(2)
	}
	said, err := verify(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Printf("failed: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(said)
}

func verify(key, folder string, older []string) (string, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return "", err
	}
	newest, err := open(filepath.Join(folder, "checkpoint"), verifier)
	if err != nil {
		return "", err
	}
	trees := []tlog.Tree{newest}
	for _, file := range older {
		tree, err := open(file, verifier)
		if err != nil {
			return "", err
		}
		trees = append(trees, tree)
	}
	sort.Slice(trees, func(i, j int) bool { return trees[i].N < trees[j].N })
	if trees[len(trees)-1] != newest {
		return "", errors.New("an older checkpoint is newer than the folder's")
	}
	reader := tlog.TileHashReader(newest, &files{folder: folder, size: newest.N, read: map[string][]byte{}})
	if err := checkEntries(folder, newest, reader); err != nil {
		return "", err
	}
	pairs := 0
	for i, old := range trees {
		for _, new := range trees[i:] {
			if old.N == 0 { // every tree continues the empty one, and x/mod proves none of it
				pairs++
				continue
			}
			proof, err := tlog.ProveTree(new.N, old.N, reader)
			if err == nil {
				err = tlog.CheckTree(proof, new.N, new.Hash, old.N, old.Hash)
			}
			if err != nil {
				return "", fmt.Errorf("checkpoint %d does not continue checkpoint %d: %v", new.N, old.N, err)
			}
			pairs++
		}
	}
	return fmt.Sprintf("ok: %d entries, %d pairs of checkpoints", newest.N, pairs), nil
}

func open(file string, verifier note.Verifier) (tlog.Tree, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(content, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("%s: %v", filepath.Base(file), err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("the text is not origin, size and root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("the size is not a decimal number")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func checkEntries(folder string, tree tlog.Tree, reader tlog.HashReader) error {
	for start := int64(0); start < tree.N; start += width {
		count := tree.N - start
		if count > width {
			count = width
		}
		bundle, err := readFile(folder, "tile/entries", start/width, int(count))
		if err != nil {
			return err
		}
		for index := start; index < start+count; index++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("the bundle ends within entry %d", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2:end]
			bundle = bundle[end:]
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err == nil {
				err = tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
			}
			if err != nil {
				return fmt.Errorf("entry %d is not in the tree: %v", index, err)
			}
		}
		if count == width && len(bundle) != 0 {
			return fmt.Errorf("the bundle of entry %d goes on after its last entry", start)
		}
	}
	return nil
}

// A files gives tiles to tlog.TileHashReader, which authenticates each against the tree.
type files struct {
	folder string
	size   int64
	read   map[string][]byte
}

func (f *files) Height() int { return height }

func (f *files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f *files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		name := fmt.Sprintf("%d/%d/%d", tile.L, tile.N, tile.W)
		if _, known := f.read[name]; !known {
			content, err := readFile(f.folder, fmt.Sprintf("tile/%d", tile.L), tile.N, tile.W)
			if err != nil {
				return nil, err
			}
			if len(content) < tile.W*tlog.HashSize {
				return nil, fmt.Errorf("tile %s is too short", name)
			}
			f.read[name] = content[:tile.W*tlog.HashSize]
		}
		found = append(found, f.read[name])
	}
	return found, nil
}

// readFile reads a partial file, or the full one that has replaced it.
func readFile(folder, kind string, number int64, count int) ([]byte, error) {
	path := fmt.Sprintf("%03d", number%1000)
	for number /= 1000; number > 0; number /= 1000 {
		path = fmt.Sprintf("x%03d/%s", number%1000, path)
	}
	full := filepath.Join(folder, kind, path)
	if count < width {
		content, err := os.ReadFile(fmt.Sprintf("%s.p/%d", full, count))
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return content, err
		}
	}
	return os.ReadFile(full)
}
