"""What the training scripts share: arguments, seeds, checkpoints that survive a crash."""
import json
import math
import os
import time

import torch

from tokenizer import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))


def add_common_arguments(parser, steps, batch, lr):
    parser.add_argument('--work', required=True, help='folder for data and checkpoints, outside the repository')
    parser.add_argument('--steps', type=int, default=steps, help='total number of steps, earlier runs included')
    parser.add_argument('--cooldown', type=int, default=steps // 5, help='the learning rate falls to 0 over the last so many steps')
    parser.add_argument('--batch', type=int, default=batch)
    parser.add_argument('--lr', type=float, default=lr)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--save-seconds', type=float, default=120)


def setup(args):
    torch.set_num_threads(args.threads)
    os.makedirs(args.work, exist_ok=True)
    torch.manual_seed(args.seed)  # the initial weights


def step_seed(seed, step):
    """Every step draws from its own generator, so that a resumed run continues exactly as an unbroken one."""
    return (seed * 1_000_003 + step) % (2 ** 63)


def learning_rate(args, step, warmup=200):
    """Warm up, hold, fall linearly: holding lets a run be prolonged without having planned its end."""
    left = (args.steps - step) / max(1, args.cooldown)
    return args.lr * min(1.0, (step + 1) / warmup, max(0.0, left))


def save(path, **state):
    torch.save(state, path + '.tmp')
    os.replace(path + '.tmp', path)


def load(path, device='cpu'):
    return torch.load(path, map_location=device) if os.path.exists(path) else None


def training(path, parts, minutes, report, device='cpu', every=120.0, **kept):
    """Yields (step, share of the time that is over) until that is 1. Saves all parts when it begins to be `every` seconds ago,
    and at the end; goes on from what is saved.

    parts: name -> network or optimiser. kept: plain values to be saved beside them; a list or dict that was saved takes the
    saved content. report(step, seconds): called at every save, prints what a person wants to see.
    """
    step, spent = 0, 0.0
    if saved := load(path, device):
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        for name, value in kept.items():
            if isinstance(value, list):
                value[:] = saved[name]
            elif isinstance(value, dict):
                value.update(saved[name])
        step, spent = saved['step'], saved['spent']
    print(f'from step {step}', flush=True)
    begun, last = time.time() - spent, time.time()
    while True:
        seconds = time.time() - begun
        done = seconds / (60 * minutes)
        if done >= 1 or time.time() - last > every:
            last = time.time()
            save(path, step=step, spent=seconds, **kept, **{name: part.state_dict() for name, part in parts.items()})
            report(step, seconds)
            if done >= 1:
                return
        yield step, done
        step += 1


def set_learning_rate(optimiser, lr):
    for group in optimiser.param_groups:
        group['lr'] = lr


def falling(done, begin, least=.02):
    """1 until the share `begin` of the time is over, then down to `least` along half a cosine."""
    return max(least, 1 if done < begin else .5 + .5 * math.cos(math.pi * min(1, (done - begin) / (1 - begin))))


def load_tokenizer():
    """The merges were trained once on captions and everyday words; they are part of the recipe."""
    with open(os.path.join(HERE, 'merges.json')) as f:
        return Tokenizer(json.load(f))


def autocast(device):
    return torch.autocast('cuda' if device.startswith('cuda') else 'cpu', dtype=torch.bfloat16)


def in_float(state):
    """State dicts are kept in fp16 where they are carried around; networks want float32."""
    return {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
