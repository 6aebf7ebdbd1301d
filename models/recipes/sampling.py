"""DDIM with classifier-free guidance, in torch, for evaluation. The application samples through ONNX Runtime."""
import os

import torch

from common import in_float, load, load_tokenizer
from nets import LATENT_CHANNELS, TRAIN_TIMESTEPS, Decoder, TextEncoder, UNet, cosine_alphas_cumprod


class Sampler:
    def __init__(self, work, device='cpu', text=None):
        self.device, self.tokenizer = device, load_tokenizer()
        trained = load(os.path.join(work, 'diffusion.pt'), device)
        vae = load(os.path.join(work, 'vae.pt'), device)
        statistics = load(os.path.join(work, 'latent-statistics.pt'), device)
        self.mean, self.std, self.seen = statistics['mean'], statistics['std'], trained['seen']
        self.text, self.unet, self.decoder = TextEncoder(len(self.tokenizer.vocabulary)), UNet(), Decoder()
        model = torch.nn.ModuleDict(dict(text=self.text, unet=self.unet))
        model.load_state_dict({k: v.half().float() for k, v in trained['ema'].items()})  # as exported
        if text:  # another encoder that reads plain captions alike
            self.text.load_state_dict(in_float(load(os.path.join(work, text), device)['encoder']))
        self.decoder.load_state_dict(in_float(vae['decoder']))
        for module in (self.text, self.unet, self.decoder):
            module.to(device).eval()
        self.alphas = cosine_alphas_cumprod().to(device)

    @torch.no_grad()
    def latents(self, prompts, seeds, steps=20, guidance=5.0, negative='', cells=16):
        """Trailing timesteps: the first is 999, pure noise. Each picture has its own seed."""
        ids = torch.tensor([self.tokenizer.encode(p) for p in [negative] * len(prompts) + list(prompts)], device=self.device)
        text = self.text(ids)
        noise = [torch.randn((LATENT_CHANNELS, cells, cells), generator=torch.Generator().manual_seed(s)) for s in seeds]
        x = torch.stack(noise).to(self.device)
        times = [round(TRAIN_TIMESTEPS - i * TRAIN_TIMESTEPS / steps) - 1 for i in range(steps)]
        for t, following in zip(times, times[1:] + [None]):
            a = self.alphas[t]
            b = self.alphas[following] if following is not None else torch.ones_like(a)
            without, with_prompt = self.unet(torch.cat([x, x]), torch.full((len(ids),), float(t), device=self.device), text).chunk(2)
            velocity = without + guidance * (with_prompt - without)
            clean = a.sqrt() * x - (1 - a).sqrt() * velocity
            noise = (1 - a).sqrt() * x + a.sqrt() * velocity
            x = b.sqrt() * clean + (1 - b).sqrt() * noise
        return x

    @torch.no_grad()
    def pictures(self, prompts, seeds, batch=16, **options):
        """uint8 N,H,W,3"""
        out = []
        for i in range(0, len(prompts), batch):
            x = self.latents(prompts[i:i + batch], seeds[i:i + batch], **options)
            y = self.decoder(x * self.std + self.mean).clamp(-1, 1)
            out.append(((y + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu())
        return torch.cat(out).numpy()
