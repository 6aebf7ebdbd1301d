"""A byte-level BPE in the format of CLIP's tokenizer (vocab.json and merges.txt), trained on our own captions."""
import re

PATTERN = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+", re.I)
START, END = '<|startoftext|>', '<|endoftext|>'


def bytes_to_unicode():
    """A printable character for every byte, so that any text has tokens."""
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    characters = printable[:]
    extra = 0
    for byte in range(256):
        if byte not in printable:
            printable.append(byte)
            characters.append(256 + extra)
            extra += 1
    return dict(zip(printable, map(chr, characters)))


def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def split_word(word, alphabet):
    symbols = [alphabet[b] for b in word.encode()]
    return symbols[:-1] + [symbols[-1] + '</w>']


def train_bpe(word_counts, limit):
    """word_counts: word -> count. Returns up to `limit` merges, most frequent first; ties break alphabetically."""
    alphabet = bytes_to_unicode()
    words = {tuple(split_word(w, alphabet)): c for w, c in word_counts.items()}
    merges = []
    while len(merges) < limit:
        pairs = {}
        for tokens, c in words.items():
            for pair in zip(tokens, tokens[1:]):
                pairs[pair] = pairs.get(pair, 0) + c
        if not pairs:
            break
        best = max(pairs, key=lambda p: (pairs[p], p))
        if pairs[best] < 2:
            break
        merges.append(best)
        words = {tuple(merge_pair(list(t), best)): c for t, c in words.items()}
    return merges


class Tokenizer:
    def __init__(self, merges, length=24):
        self.alphabet = bytes_to_unicode()
        self.merges = [tuple(m) for m in merges]
        entries = list(self.alphabet.values())
        entries += [c + '</w>' for c in entries] + [''.join(m) for m in self.merges] + [START, END]
        self.vocabulary = {token: i for i, token in enumerate(entries)}
        self.rank = {m: i for i, m in enumerate(self.merges)}
        self.length = length
        self.cache = {}

    def word_tokens(self, word):
        if word not in self.cache:
            tokens = split_word(word, self.alphabet)
            while len(tokens) > 1:
                best = min(zip(tokens, tokens[1:]), key=lambda p: self.rank.get(p, len(self.rank)))
                if best not in self.rank:
                    break
                tokens = merge_pair(tokens, best)
            self.cache[word] = tokens
        return self.cache[word]

    def encode(self, text):
        """Exactly `length` ids: start, words, end, then end as padding."""
        words = PATTERN.findall(re.sub(r'\s+', ' ', text.lower().strip()))
        ids = [self.vocabulary[t] for w in words for t in self.word_tokens(w)][:self.length - 2]
        ids = [self.vocabulary[START]] + ids
        return ids + [self.vocabulary[END]] * (self.length - len(ids))
